#include "farm/farm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace farm {
namespace {

constexpr std::uint64_t kWitnesses = 100;
constexpr std::size_t kRemembered = 1024;

struct HostDesk : Desk {
  explicit HostDesk(const thresher::Judge& host) : judge(host) {}
  void violation(const thresher::Violation& told) override { judge.violation(told); }
  void finding(const thresher::Finding& told) override { judge.finding(told); }
  void document(std::string_view name, std::string_view json) override { judge.document(name, json); }
  const thresher::Judge& judge;
};

Json parse(const std::string& line) { return line.empty() ? Json() : Json::parse(line, nullptr, false); }

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? Json() : *found;
}

Json only(const Json& object, std::initializer_list<const char*> names) {
  if (!object.is_object()) return nullptr;
  Json chosen = Json::object();
  for (const char* name : names)
    if (Json value = member(object, name); !value.is_null()) chosen[name] = std::move(value);
  return chosen;
}

/// {sm|md|lg}-{n}wf-{chaos %}ch-s{seed}: tests with equal ones are comparable.
Json test_id(const Json& scenario) {
  const Json summary = member(scenario, "summary"), scale = member(scenario, "scale"), seed = member(scenario, "seed");
  const Json count = member(summary, "total_workflows"), chaos = member(summary, "chaos_rate");
  if (!scale.is_string() || !count.is_number() || !chaos.is_number() || !seed.is_number()) return nullptr;
  const std::string size = scale == "small" ? "sm" : scale == "medium" ? "md" : "lg";
  return fmt::format("{}-{}wf-{}ch-s{}", size, count.get<std::int64_t>(), std::lround(chaos.get<double>() * 100),
                     seed.dump());
}

}  // namespace

thresher::ValidatorDescription Farm::describe() {
  return {.name = "farm", .summary = "the Farm document's checks, thresholds and operator analysis", .options = {}};
}

Farm::Farm(const thresher::Options&, std::uint64_t, const thresher::Judge& judge)
    : Farm(std::make_unique<HostDesk>(judge)) {}

Farm::Farm(std::unique_ptr<Desk> desk)
    : desk_(std::move(desk)),
      book_(kRemembered),
      status_("status", run_, *desk_, kWitnesses),
      drift_docket_("drift", run_, *desk_, kWitnesses) {}

void Farm::tell_trouble(const Progress::Trouble& trouble, std::int64_t t) {
  if (problem_.empty()) problem_ = trouble.why;
  status_.tell(t, [&] {
    return oracle::Witness{std::string(trouble.status),
                           {trouble.why + ".", fmt::format("So the stress test ends as {}.", trouble.status)},
                           {{"status", std::string(trouble.status)}}};
  });
}

void Farm::keep(const history::Event& event, std::string_view line) {
  if (std::holds_alternative<history::FleetMade>(event.body)) {
    fleet_line_ = line;
    scenario_line_.clear();
    result_line_.clear();
  } else if (const auto* sent = std::get_if<history::Submitted>(&event.body)) {
    expected_ = sent->submission->expected;
    if (sent->scenario) scenario_line_ = line;
  } else if (const auto* result = std::get_if<history::ResultCame>(&event.body)) {
    if (book_.in_flight(result->item) != nullptr) result_line_ = line;
  }
}

void Farm::read_back(std::string_view line, std::int64_t t) {
  const Json event = Json::parse(line, nullptr, false);
  const Json sent = member(event, "sent"), got = member(event, "got");
  if (!sent.is_object() || !got.is_object()) return;
  Drift now;
  now.compare(sent, got);
  drift_docket_.observe(now.compared());
  for (const auto& [path, field] : now.fields())
    drift_docket_.tell(t, [&] {
      return oracle::Witness{
          path,
          {fmt::format("Sent at {}: {}.", field.example, dump(field.sent)),
           field.dropped ? "Read back, it is not there." : fmt::format("Read back: {}.", dump(field.got)),
           fmt::format("The platform accepted it and {} it without a word, {} time{}.",
                       field.dropped ? "dropped" : "changed", field.count, field.count == 1 ? "" : "s")},
          {{"path", path}, {"what", field.dropped ? "dropped" : "changed"}}};
    });
  drift_.compare(sent, got);
}

void Farm::observe(std::string_view line) {
  const history::Event& event = reader_.read(line);
  if (const auto* began = std::get_if<history::RunBegan>(&event.body))
    run_ = {std::string(began->run), std::string(began->command), began->seed, true,
            history::from_milliseconds(began->clock_bound_ms)};
  keep(event, line);
  const Progress::Trouble trouble = progress_.heard(event, book_);
  if (!trouble.status.empty()) tell_trouble(trouble, event.t);
  if (const auto* result = std::get_if<history::ResultCame>(&event.body))
    if (const oracle::Item* item = book_.in_flight(result->item))
      figures_.add(file_.match(*item, *result->answer, event.t));
  if (std::holds_alternative<history::ReadBack>(event.body)) read_back(line, event.t);
  if (std::holds_alternative<history::Asked>(event.body)) asked_ = Json::parse(line, nullptr, false);
  book_.take(event);
}

Staffing Farm::staffing() const {
  Staffing staffing{expected_, 0, 0};
  for (const auto& [id, agent] : book_.fleet()) {
    staffing.planners += agent.type == "planner";
    staffing.workers += agent.type == "worker";
  }
  return staffing;
}

Json Farm::run_document(const std::vector<FarmCheck>& checks) const {
  const Json fleet = member(parse(fleet_line_), "fleet"), scenario = parse(scenario_line_);
  const Json document = member(scenario, "document");
  const bool all_passed = std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.passed; });
  std::string status(progress_.status());
  if (status == "completed" && !all_passed) status = "completed_with_failures";
  Json statuses = Json::object();
  for (const auto& [rank, count] : progress_.counts()) statuses[std::string(Progress::name_of_rank(rank))] = count;
  return {{"status", status.empty() ? Json() : Json(status)},
          {"test_id", test_id(document)},
          {"fleet_summary", only(fleet, {"fleet_id", "scale", "seed", "total_agents", "distribution"})},
          {"scenario_id", member(scenario, "scenario")},
          {"scenario_summary", member(document, "summary")},
          {"execution_result", member(parse(result_line_), "answer")},
          {"statuses", std::move(statuses)}};
}

void Farm::report_section(std::string_view name, const Section& section, std::uint64_t observations) {
  thresher::Finding finding;
  finding.check = name;
  finding.verdict = section.verdict;
  finding.observations = observations;
  finding.summary =
      section.findings.empty() ? "nothing to look at" : fmt::format("{}", fmt::join(section.findings, "; "));
  if (observations == 0) finding.verdict = thresher::Verdict::no_data;
  desk_->finding(finding);
}

void Farm::report_drift() {
  thresher::Finding finding = drift_docket_.finding("values were kept as they were sent");
  if (finding.observations == 0) finding.summary = "nothing was read back";
  desk_->finding(finding);
  desk_->document("drift", dump(drift_.to_json()));
}

void Farm::conclude_asked() {
  const std::vector<FarmCheck> checks = compare(member(*asked_, "expected"), member(*asked_, "actual"));
  Json list = Json::array();
  std::uint64_t failed = 0;
  for (const FarmCheck& check : checks) {
    list.push_back(check.to_json());
    failed += !check.passed;
  }
  thresher::Finding finding;
  finding.check = "checks";
  finding.observations = checks.size();
  if (!checks.empty()) finding.verdict = failed > 0 ? thresher::Verdict::fail : thresher::Verdict::pass;
  finding.summary = checks.empty() ? "the expectations promise nothing that could be checked"
                                   : fmt::format("{} of {} checks passed", checks.size() - failed, checks.size());
  desk_->finding(finding);
  desk_->document("checks", dump(list));
}

void Farm::finish() {
  if (asked_) return conclude_asked();
  const std::vector<FarmCheck> checks =
      figures_.items > 0 ? farm_checks(figures_, staffing()) : std::vector<FarmCheck>{};
  const Analysis analysis = analyse(figures_, checks, problem_);
  status_.observe(progress_.decided());
  desk_->finding(status_.finding("stress tests came to an end"));
  report_section("reliability", analysis.reliability, static_cast<std::uint64_t>(figures_.workflows));
  report_section("performance", analysis.performance, figures_.latencies.count());
  report_section("resilience", analysis.resilience, static_cast<std::uint64_t>(figures_.faults + figures_.retried));
  report_drift();
  Json list = Json::array();
  for (const FarmCheck& check : checks) list.push_back(check.to_json());
  desk_->document("checks", dump(list));
  desk_->document("analysis", dump(analysis.to_json()));
  desk_->document("run", dump(run_document(checks)));
}

}  // namespace farm
