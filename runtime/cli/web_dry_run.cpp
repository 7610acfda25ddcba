#include "cli/web_dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/commands.h"
#include "cli/locations.h"
#include "http/url.h"
#include "report/json_report.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value) { return std::round(value * 1e6) / 1e6; }

/// The shape as points that straight lines join. Users that come at a spawn rate ramp up first; a shape without an end
/// is shown for as long as it changes, and a minute more.
Json curve_of(const profile::Plan& plan) {
  const bool open = profile::is_open_model(plan.executor);
  Json curve = Json::array();
  const auto point = [&](double at_s, double value) {
    curve.push_back({{"at_s", rounded(at_s)}, {open ? "rate" : "users", rounded(value)}});
  };
  if (!plan.stages.empty()) {
    double at = 0, value = 0;
    bool begun = false;
    for (const profile::Stage& stage : plan.stages) {
      if (stage.duration > Nanoseconds::zero() && !begun) point(at, value);
      begun = true;
      at += to_seconds(stage.duration);
      value = stage.target;
      point(at, value);
    }
    return curve;
  }
  constexpr double kMinute = 60;
  const auto users = static_cast<double>(plan.users);
  const double ramp = plan.spawn_rate > 0 ? users / plan.spawn_rate : 0;
  const double end = plan.run_time > Nanoseconds::zero() ? to_seconds(plan.run_time) : ramp + kMinute;
  point(0, ramp > 0 ? 0 : users);
  if (ramp > 0) point(std::min(ramp, end), ramp > end ? users * end / ramp : users);
  if (end > ramp) point(end, users);
  return curve;
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// Ports of this machine that the plan's scenarios talk to.
std::set<std::uint16_t> ports_of(const Preparation& prepared) {
  std::set<std::uint16_t> ports;
  for (const profile::PlannedScenario& planned : prepared.plan.scenarios) {
    const std::string host = prepared.options.host.value_or(prepared.plan.catalogue[planned.scenario].host);
    if (const auto url = http::parse_url(host); url && is_this_machine(url->origin.host))
      ports.insert(url->origin.port);
  }
  return ports;
}

Json stand_ins_for(const Preparation& prepared) {
  const std::set<std::uint16_t> ports = ports_of(prepared);
  Json names = Json::array();
  for (const plugin::TargetType* target : prepared.plugins->targets()) {
    const auto endpoints = target->endpoints();
    if (std::any_of(endpoints.begin(), endpoints.end(), [&](const auto& each) { return ports.count(each.port) > 0; }))
      names.push_back(target->name());
  }
  return names;
}

}  // namespace

std::string dry_run_json(const Preparation& prepared, const std::string& command_line) {
  report::RunDescription run;
  run.plan = &prepared.plan;
  run.command_line = command_line;
  Json plan = Json::parse(report::json_run_text(run)).at("plan");
  if (!prepared.options.seed) plan["seed"] = nullptr;  // it will be another
  Json thresholds = Json::array();
  for (const profile::ThresholdText& threshold : prepared.plan.thresholds)
    thresholds.push_back({{"metric", threshold.selector}, {"expression", threshold.expression}});
  return Json{{"command_line", command_line},
              {"plan", std::move(plan)},
              {"thresholds", std::move(thresholds)},
              {"curve", curve_of(prepared.plan)},
              {"stand_ins_needed", stand_ins_for(prepared)},
              {"problem", nullptr}}
             .dump(1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

int dry_run_command(const Command& command) {
  const auto prepared = prepare(command.run, Locations::of_this_process(), command.kind == Command::Kind::rehearse);
  if (prepared) {
    fmt::print("{}", dry_run_json(*prepared, command.line));
    return kExitFine;
  }
  const Error& error = prepared.error();
  const Json problem = {{"message", error.message}, {"where", error.where.empty() ? Json(nullptr) : Json(error.where)}};
  fmt::print("{}\n", Json{{"problem", problem}}.dump(-1, ' ', false, Json::error_handler_t::replace));
  return refuse(error);
}

}  // namespace thresher::cli
