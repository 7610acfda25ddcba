#include <fmt/format.h>

#include <vector>

#include "plugin/adaptor.h"
#include "plugin/verify_suite.h"

namespace thresher::plugin::suite {
namespace {

const ValidatorType& type_of(const Subject& subject) { return *subject.registry.validator(subject.name).value(); }

/// A run with two tasks, one after the other, as plugins/validators/README.md writes it.
constexpr std::string_view kHistory[] = {
    R"({"t":0,"event":"run","run":"verify","seed":1,"wall":1795000000.0,"version":"1","command":"thresher run","clock_bound_ms":1})",
    R"({"t":1000000,"event":"workflow","workflow":"wf-linear-1","document":{"workflow_id":"wf-linear-1","type":"linear",)"
    R"("tasks":[{"task_id":"task-a","type":"compute","name":"a","priority":"normal","retryable":true,"max_retries":3,"idempotent":true,)"
    R"("expected_duration_ms":10,"token_budget":5,"tools_required":[],"depends_on":[]},)"
    R"({"task_id":"task-b","type":"compute","name":"b","priority":"normal","retryable":true,"max_retries":3,"idempotent":true,)"
    R"("expected_duration_ms":10,"token_budget":5,"tools_required":[],"depends_on":["task-a"]}],)"
    R"("__expected__":{"expected_status":"success","expected_execution_order":["task-a","task-b"],"total_tasks":2,)"
    R"("chaos_events_expected":0,"is_saga":false,"expected_token_usage":10}}})",
    R"({"t":2000000,"event":"accepted","item":"wf-linear-1","id":"exec-1","answer":{"status":"queued","execution_id":"exec-1"}})",
    R"({"t":3000000,"event":"poll","item":"wf-linear-1","http":404})",
    R"({"t":50000000,"event":"poll","item":"wf-linear-1","http":200,"status":"completed"})",
    R"({"t":50000001,"event":"result","item":"wf-linear-1","answer":{"workflow_id":"wf-linear-1","execution_id":"exec-1","status":"completed",)"
    R"("started_at":1795000000.003,"completed_at":1795000000.030,"task_results":[)"
    R"({"task_id":"task-a","status":"completed","agent_id":"agent-1","attempts":[{"attempt":1,"agent_id":"agent-1",)"
    R"("started_at":1795000000.003,"completed_at":1795000000.013,"status":"completed"}]},)"
    R"({"task_id":"task-b","status":"completed","agent_id":"agent-1","attempts":[{"attempt":1,"agent_id":"agent-1",)"
    R"("started_at":1795000000.014,"completed_at":1795000000.030,"status":"completed"}]}]}})",
    R"({"t":60000000,"event":"counters","platform":{"submitted":1,"terminal":1,"in_flight":0,"rejected":0}})",
    R"({"t":70000000,"event":"run_end","wall":1795000000.07,"interrupted":false})",
};

/// What a history says that this thresher has never heard of.
constexpr std::string_view kUnknown[] = {
    R"({"t":1,"event":"comet_seen"})",
    R"({"t":2,"event":"comet_seen","item":"wf-1","answer":{"status":"completed"},"deep":[[[{}]]]})",
};

constexpr std::string_view kSenseless[] = {
    "",
    "not JSON",
    R"({"t":1,"event":"res)",
    "[]",
    "null",
    "{}",
    R"({"t":1})",
    R"({"t":1,"event":""})",
    R"({"event":"result"})",
    R"({"t":"soon","event":"result","item":"wf-1","answer":{}})",
    R"({"t":-5,"event":"poll","item":"wf-1","http":200})",
    R"({"t":1,"event":7})",
    R"({"t":1,"event":"result"})",
    R"({"t":1,"event":"result","item":7,"answer":[]})",
    R"({"t":1,"event":"result","item":"nobody","answer":null})",
    R"({"t":1,"event":"scenario","scenario":"s","document":{"workflows":[7,{"tasks":[{"depends_on":"x"}]}]}})",
    R"({"t":1,"event":"workflow","workflow":"w","document":{"workflow_id":"w","tasks":[{"task_id":"a","depends_on":["a"]}]}})",
    "{\"t\":1,\"event\":\"\xff\xfe\"}",
};

/// Writes down everything it hears.
class Hearing final : public JudgementSink {
 public:
  void on_violation(Violation violation) override {
    ++violations;
    said += fmt::format("violation {} {} {} {} {}\n", violation.check, violation.subject, violation.witness,
                        violation.details, violation.at.count());
  }
  void on_finding(Finding finding) override {
    said += fmt::format("finding {} {} {} {} {} {}\n", finding.check, name_of(finding.verdict), finding.observations,
                        finding.violations, finding.summary, finding.details);
    findings.push_back(std::move(finding));
  }
  void on_document(std::string name, std::string json) override { said += fmt::format("{} {}\n", name, json); }

  std::string said;
  std::vector<Finding> findings;
  std::size_t violations = 0;
};

/// Observes the sample history, an event a step, and finishes.
class ValidatorUse final : public Use {
 public:
  Result<void> open(const Subject& subject, const std::string& config, std::uint64_t seed) {
    auto made = type_of(subject).create(config, seed, hearing_);
    if (!made) return fail(std::move(made.error()));
    validator_ = std::move(*made);
    return {};
  }

  bool step() override {
    if (next_ > std::size(kHistory)) return false;
    const bool last = next_ == std::size(kHistory);
    const auto taken = last ? validator_->finish() : validator_->observe(kHistory[next_]);
    ++next_;
    if (!taken) object(taken.error().message);
    if (last) say(hearing_.said);
    return true;
  }

 private:
  Hearing hearing_;  // outlives the validator
  std::unique_ptr<Validator> validator_;
  std::size_t next_ = 0;
};

Result<std::unique_ptr<Use>> start(const Subject& subject, const std::string& config, std::uint64_t seed) {
  auto use = std::make_unique<ValidatorUse>();
  if (auto opened = use->open(subject, config, seed); !opened) return fail(std::move(opened.error()));
  return use;
}

/// Judges these events to their end.
Result<Hearing> judged(const Subject& subject, std::span<const std::string_view> events) {
  Hearing hearing;
  auto validator = type_of(subject).create(subject.config, subject.seed, hearing);
  if (!validator) return fail(std::move(validator.error()));
  for (const std::string_view event : events)
    if (auto observed = (*validator)->observe(event); !observed) return fail(std::move(observed.error()));
  if (auto finished = (*validator)->finish(); !finished) return fail(std::move(finished.error()));
  validator->reset();
  return hearing;
}

std::string sees_nothing_in(const Subject& subject, std::span<const std::string_view> events) {
  const auto hearing = judged(subject, events);
  if (!hearing) return hearing.error().message;
  if (hearing->findings.empty()) return "gives no finding at all; a check that saw nothing says NO_DATA";
  if (hearing->violations > 0) return "gives a violation: " + excerpt(hearing->said);
  for (const Finding& finding : hearing->findings)
    if (finding.verdict != CheckVerdict::no_data)
      return fmt::format("the check {} says {} after {} observations", finding.check, name_of(finding.verdict),
                         finding.observations);
  return {};
}

std::string finds_no_data_in_nothing(const Subject& subject) { return sees_nothing_in(subject, {}); }

std::string passes_over_the_unknown(const Subject& subject) {
  if (auto why = sees_nothing_in(subject, kUnknown); !why.empty()) return why;
  // Among known events they change nothing.
  std::vector<std::string> mixed;
  std::vector<std::string_view> events;
  for (const std::string_view event : kHistory) {
    mixed.emplace_back(event);
    const std::size_t comma = event.find(',');
    mixed.push_back(fmt::format(R"({}, "event":"comet_seen","item":"wf-linear-1"}})", event.substr(0, comma)));
  }
  events.assign(mixed.begin(), mixed.end());
  const auto plain = judged(subject, kHistory), among = judged(subject, events);
  if (!plain || !among) return !plain ? plain.error().message : among.error().message;
  if (plain->said == among->said) return {};
  return fmt::format("with them it says {}, without {}", excerpt(among->said), excerpt(plain->said));
}

std::string bears_a_cut_history(const Subject& subject) {
  const std::span<const std::string_view> whole = kHistory;
  for (std::size_t kept = 0; kept <= whole.size(); ++kept)
    if (const auto hearing = judged(subject, whole.first(kept)); !hearing)
      return fmt::format("cut after {} events: {}", kept, hearing.error().message);
  return {};
}

/// Each alone and each after a sound beginning; the validator may refuse, in words.
std::string bears_the_senseless(const Subject& subject) {
  for (const std::string_view event : kSenseless)
    for (const std::size_t before : {0U, 3U}) {
      std::vector<std::string_view> events(kHistory, kHistory + before);
      events.push_back(event);
      if (const auto hearing = judged(subject, events); !hearing && tells_breach(hearing.error().message))
        return fmt::format("{}: {}", excerpt(event), hearing.error().message);
    }
  return {};
}

/// destroy() without finish(), at every point.
std::string bears_an_early_end(const Subject& subject) {
  for (std::size_t kept = 0; kept <= std::size(kHistory); ++kept) {
    Hearing hearing;
    auto validator = type_of(subject).create(subject.config, subject.seed, hearing);
    if (!validator) return validator.error().message;
    for (std::size_t i = 0; i < kept; ++i)
      if (auto observed = (*validator)->observe(kHistory[i]); !observed) return observed.error().message;
    const std::string before = hearing.said;
    validator->reset();
    if (hearing.said != before) return "gives a judgement while it is destroyed: " + excerpt(hearing.said);
  }
  return {};
}

constexpr NamedCheck kChecks[] = {
    {"an empty history gives NO_DATA", finds_no_data_in_nothing},
    {"events that it does not know are passed over", passes_over_the_unknown},
    {"a history that was cut off is judged as far as it goes", bears_a_cut_history},
    {"events that make no sense are judged or refused", bears_the_senseless},
    {"it may be destroyed before the end", bears_an_early_end},
};

}  // namespace

const Kind& validator_kind() {
  static const Kind kKind{"validator", [](const Subject& subject) { return type_of(subject).options_json(); }, &start,
                          true, kChecks};
  return kKind;
}

}  // namespace thresher::plugin::suite
