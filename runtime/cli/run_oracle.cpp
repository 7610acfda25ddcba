#include "cli/run_oracle.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::cli {

/// Sits between a validator and the judgement.
class RunOracle::Bench final : public plugin::JudgementSink {
 public:
  Bench(RunOracle& owner, std::string name) : owner_(owner), name_(std::move(name)) {}

  Result<void> open(const plugin::Registry& plugins, const std::string& config, std::uint64_t seed) {
    const auto type = plugins.validator(name_);
    if (!type) return fail(type.error());
    auto made = (*type)->create(config, seed, *this);
    if (!made) return fail(std::move(made.error()));
    validator_ = std::move(*made);
    return {};
  }

  void observe(std::string_view line) {
    if (validator_) note(validator_->observe(line));
  }
  void finish() {
    if (validator_) note(validator_->finish());
  }

  void on_violation(plugin::Violation told) override {
    add({.validator = name_,
         .check = std::move(told.check),
         .subject = std::move(told.subject),
         .witness = std::move(told.witness),
         .details = std::move(told.details),
         .at = told.at});
  }

  void on_finding(plugin::Finding told) override {
    // A check may fail as a whole (a rate below its threshold) without one place to point at; it is a wrong answer too.
    if (told.verdict == plugin::CheckVerdict::fail && told.violations == 0) {
      told.violations = 1;
      add({.validator = name_,
           .check = told.check,
           .subject = "the whole run",
           .witness = told.summary,
           .details = {}});
    }
    owner_.judgement_.checks.push_back({.validator = name_,
                                        .name = std::move(told.check),
                                        .summary = std::move(told.summary),
                                        .details = std::move(told.details),
                                        .word = static_cast<report::Judgement::Word>(told.verdict),
                                        .observations = told.observations,
                                        .violations = told.violations});
  }

  void on_document(std::string name, std::string json) override {
    owner_.judgement_.documents.push_back({name_, std::move(name), std::move(json)});
  }

 private:
  void add(report::Judgement::Violation violation) {
    report::Judgement& judgement = owner_.judgement_;
    ++judgement.violation_count;
    owner_.count(name_, violation.check);
    if (judgement.violations.size() < report::Judgement::kViolationsKept)
      judgement.violations.push_back(std::move(violation));
  }

  /// After an error it hears nothing more: half a history would be judged as a whole one.
  void note(const Result<void>& result) {
    if (result) return;
    owner_.judgement_.problems.push_back(fmt::format("{}: {}", name_, to_text(result.error())));
    validator_.reset();
  }

  RunOracle& owner_;
  const std::string name_;
  std::unique_ptr<plugin::Validator> validator_;
};

Result<std::unique_ptr<RunOracle>> RunOracle::create(const plugin::Registry& plugins,
                                                     const std::vector<bindings::WantedValidator>& wanted,
                                                     const report::RunDescription& run, report::Judgement& judgement) {
  std::unique_ptr<RunOracle> oracle(new RunOracle(run, judgement));
  for (const bindings::WantedValidator& want : wanted) {
    auto bench = std::make_unique<Bench>(*oracle, want.name);
    if (auto opened = bench->open(plugins, want.config, run.plan->seed); !opened)
      return fail(std::move(opened.error()));
    oracle->benches_.push_back(std::move(bench));
    judgement.validators.push_back(want.name);
  }
  oracle->tell(oracle->lines_.begin());
  return oracle;
}

RunOracle::RunOracle(const report::RunDescription& run, report::Judgement& judgement)
    : lines_(run), judgement_(judgement) {}
RunOracle::~RunOracle() = default;

void RunOracle::watch(engine::Run& run) {
  run_ = &run;
  run.observe(*this);
}

void RunOracle::on_history(const engine::HistoryPart& part) {
  for (const engine::HistoryEntry& entry : part.entries) tell(lines_.line(entry));
  if (part.ended == nullptr) return;
  tell(lines_.end(part));
  for (const auto& bench : benches_) bench->finish();
}

void RunOracle::tell(std::string_view line) {
  for (const auto& bench : benches_) bench->observe(line);
}

void RunOracle::count(const std::string& validator, const std::string& check) {
  if (run_ == nullptr) return;
  metrics::Tags tags = {{"check", check}, {"validator", validator}};
  run_->recorder().counter(*metrics::builtin_metric("oracle_violations"), std::move(tags)).add(1);
}

}  // namespace thresher::cli
