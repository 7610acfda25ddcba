#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "profile/plan.h"

namespace thresher::profile {
namespace {

std::string shape_text(const Plan& plan) {
  std::string text{name_of(plan.executor)};
  auto out = std::back_inserter(text);
  switch (plan.executor) {
    case ExecutorKind::constant_vus:
    case ExecutorKind::externally_controlled:
      fmt::format_to(out, ", {} users", plan.users);
      break;
    case ExecutorKind::shared_iterations:
      fmt::format_to(out, ", {} iterations shared by {} users", plan.iterations, plan.users);
      break;
    case ExecutorKind::per_vu_iterations:
      fmt::format_to(out, ", {} iterations by each of {} users", plan.iterations, plan.users);
      break;
    case ExecutorKind::ramping_vus:
      fmt::format_to(out, ", up to {} users", plan.users);
      break;
    case ExecutorKind::constant_arrival_rate:
      fmt::format_to(out, ", {} per second", plan.stages.empty() ? 0 : plan.stages.back().target);
      break;
    case ExecutorKind::ramping_arrival_rate:
      break;
  }
  if (plan.spawn_rate > 0) fmt::format_to(out, ", {} more each second", plan.spawn_rate);
  if (is_open_model(plan.executor)) {
    fmt::format_to(out, ", {} arrivals, at most {} in flight", plan.arrivals == Arrivals::even ? "even" : "Poisson",
                   plan.max_in_flight);
  }
  fmt::format_to(
      out, ", {}, {} to stop",
      plan.run_time > Nanoseconds::zero() ? "for " + format_duration(plan.run_time) : "until stopped or done",
      format_duration(plan.stop_timeout));
  return text;
}

std::string stages_text(const Plan& plan) {
  std::vector<std::string> stages;
  for (const Stage& stage : plan.stages)
    stages.push_back(fmt::format("{}:{}", format_duration(stage.duration), stage.target));
  return fmt::format("{}", fmt::join(stages, "  "));
}

std::string selection_text(const Selection& selection) {
  std::vector<std::string> parts;
  if (!selection.tags.empty()) parts.push_back(fmt::format("tags {}", fmt::join(selection.tags, ", ")));
  if (!selection.exclude_tags.empty())
    parts.push_back(fmt::format("without {}", fmt::join(selection.exclude_tags, ", ")));
  if (!selection.scenarios.empty()) parts.push_back(fmt::format("scenarios {}", fmt::join(selection.scenarios, ", ")));
  if (!selection.tasks.empty()) parts.push_back(fmt::format("tasks {}", fmt::join(selection.tasks, ", ")));
  return parts.empty() ? "everything" : fmt::format("{}", fmt::join(parts, "; "));
}

std::string threshold_text(const ThresholdText& threshold) {
  std::string text = fmt::format("{}  {}", threshold.selector, threshold.expression);
  if (threshold.window) text += fmt::format(", each {}", format_duration(*threshold.window));
  if (threshold.min_samples > 0) text += fmt::format(", of at least {} samples", threshold.min_samples);
  if (threshold.abort_on_fail) text += ", ends the run";
  if (threshold.delay > Nanoseconds::zero()) text += fmt::format(" after {}", format_duration(threshold.delay));
  return text;
}

}  // namespace

std::string Plan::text() const {
  std::string text;
  auto out = std::back_inserter(text);
  const auto line = [&](std::string_view label, std::string_view content) {
    fmt::format_to(out, "{:<12}{}\n", label, content);
  };

  if (!profile.empty()) line("profile", profile);
  line("shape", shape_text(*this));
  if (executor == ExecutorKind::ramping_vus || executor == ExecutorKind::ramping_arrival_rate)
    line("stages", stages_text(*this));
  line("selection", selection_text(selection));

  std::size_t widest = 0;
  for (const auto& planned : scenarios) widest = std::max(widest, catalogue[planned.scenario].name.size());
  std::string_view label = "scenarios";
  for (const auto& planned : scenarios) {
    const ScenarioInfo& info = catalogue[planned.scenario];
    line(std::exchange(label, ""),
         fmt::format("{:<{}}  {:5.1f} %  {} of {} tasks{}{}", info.name, widest, 100 * info.weight / weight_total(),
                     planned.tasks.size(), info.tasks.size(), info.sequential ? ", in order" : "",
                     info.host.empty() ? "" : "  " + info.host));
  }
  label = "thresholds";
  for (const auto& threshold : thresholds) line(std::exchange(label, ""), threshold_text(threshold));
  line("workers", fmt::format("{}", workers));
  line("seed", fmt::format("{}", seed));
  label = "notes";
  for (const auto& note : notes) line(std::exchange(label, ""), note);
  return text;
}

}  // namespace thresher::profile
