#include "plugin/validator_adaptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.h"
#include "plugin/adaptor.h"
#include "plugin/judgement_check.h"
#include "plugin/text.h"

namespace thresher::plugin {
namespace {

/// The thresher_judge of one instance: passes what a validator says on to the sink, once it has found it sound and said
/// at the right time by the right thread. The first breach is kept for the call in progress.
class JudgeDesk {
 public:
  enum class Phase { other, observing, finishing };

  explicit JudgeDesk(JudgementSink& sink) : sink_(sink) {
    table_.struct_size = sizeof table_;
    table_.context = this;
    table_.violation = [](void* self, const thresher_violation* told) { static_cast<JudgeDesk*>(self)->take(told); };
    table_.finding = [](void* self, const thresher_finding* told) { static_cast<JudgeDesk*>(self)->take(told); };
    table_.document = [](void* self, thresher_text name, thresher_text json) {
      static_cast<JudgeDesk*>(self)->take(name, json);
    };
  }
  JudgeDesk(const JudgeDesk&) = delete;
  JudgeDesk& operator=(const JudgeDesk&) = delete;

  const thresher_judge* table() const { return &table_; }
  void enter(Phase phase) { phase_ = phase; }
  /// The first breach since the desk was made; empty when there was none.
  std::string breach() {
    if (!breached_) return {};
    const std::lock_guard lock(breach_mutex_);
    return breach_;
  }

 private:
  void take(const thresher_violation* told) {
    if (!on_our_thread("a violation") || !sound(violation_breach(told))) return;
    if (phase_ == Phase::other) return blame("it gave a violation outside observe() and finish()");
    sink_.on_violation({string_of(told->check), string_of(told->subject), string_of(told->witness),
                        string_of(told->details), Nanoseconds{told->at_ns}});
  }

  void take(const thresher_finding* told) {
    if (!on_our_thread("a finding") || !sound(finding_breach(told))) return;
    if (phase_ != Phase::finishing) return blame("it gave a finding outside finish()");
    std::string check = string_of(told->check);
    if (std::find(found_.begin(), found_.end(), check) != found_.end())
      return blame(fmt::format("it gave two findings of \"{}\"", check));
    found_.push_back(check);
    sink_.on_finding({std::move(check), string_of(told->summary), string_of(told->details),
                      static_cast<CheckVerdict>(told->verdict), told->observations, told->violations});
  }

  void take(thresher_text name, thresher_text json) {
    if (!on_our_thread("a document") || !sound(document_breach(name, json))) return;
    if (phase_ != Phase::finishing) return blame("it gave a document outside finish()");
    sink_.on_document(string_of(name), string_of(json));
  }

  /// Asked first: another thread may look at nothing else here.
  bool on_our_thread(std::string_view what) {
    if (std::this_thread::get_id() == thread_) return true;
    blame(fmt::format("it gave {} from a thread of its own", what));
    return false;
  }

  bool sound(std::string breach) {
    if (breach.empty()) return true;
    blame(std::move(breach));
    return false;
  }

  void blame(std::string breach) {
    const std::lock_guard lock(breach_mutex_);
    if (breach_.empty()) breach_ = std::move(breach);
    breached_ = true;
  }

  thresher_judge table_{};
  JudgementSink& sink_;
  std::thread::id thread_ = std::this_thread::get_id();
  Phase phase_ = Phase::other;
  std::vector<std::string> found_;  ///< checks that have their finding
  std::mutex breach_mutex_;         ///< a plugin's own threads may come here by mistake
  std::string breach_;
  std::atomic<bool> breached_ = false;  ///< so that a sound event costs no lock
};

class PluginValidator final : public Validator {
 public:
  PluginValidator(const Origin& origin, const thresher_validator& table, std::unique_ptr<JudgeDesk> desk,
                  Instance instance)
      : origin_(origin), table_(table), desk_(std::move(desk)), instance_(std::move(instance)) {}

  ~PluginValidator() override {
    const bool sound_before = desk_->breach().empty();
    instance_.reset();  // before the desk, which lives until destroy() returns
    if (const std::string breach = desk_->breach(); sound_before && !breach.empty())
      log::error("{}: {}{}", origin_.label(), kBreach, breach);
  }
  PluginValidator(const PluginValidator&) = delete;
  PluginValidator& operator=(const PluginValidator&) = delete;

  Result<void> observe(std::string_view event) override {
    return call("observe", JudgeDesk::Phase::observing, [&] { table_.observe(instance_.get(), text_of(event)); });
  }
  Result<void> finish() override {
    return call("finish", JudgeDesk::Phase::finishing, [&] { table_.finish(instance_.get()); });
  }

 private:
  template <class Call>
  Result<void> call(std::string_view function, JudgeDesk::Phase phase, Call&& run) {
    if (ended_) return fail(*ended_);
    desk_->enter(phase);
    auto problem = call_plugin(function, run);
    desk_->enter(JudgeDesk::Phase::other);
    if (!problem)
      if (std::string breach = desk_->breach(); !breach.empty()) problem = std::string(kBreach) + breach;
    if (!problem) return {};
    ended_ = origin_.refuse(*problem).value();
    return fail(*ended_);
  }

  const Origin& origin_;  // of the type, which lives as long as the registry
  const thresher_validator& table_;
  std::unique_ptr<JudgeDesk> desk_;
  Instance instance_;
  std::optional<Error> ended_;  ///< why the judging has ended
};

class PluginValidatorType final : public ValidatorType {
 public:
  PluginValidatorType(Origin origin, const thresher_validator& table, OptionSchema schema)
      : origin_(std::move(origin)), table_(table), schema_(std::move(schema)) {}

  std::string name() const override { return origin_.name; }
  std::string summary() const override { return string_of(table_.summary); }
  std::string options_json() const override { return schema_.json(); }

  Result<std::unique_ptr<Validator>> create(std::string_view json, std::uint64_t seed,
                                            JudgementSink& sink) const override {
    auto desk = std::make_unique<JudgeDesk>(sink);
    auto instance = create_instance(origin_, schema_, json, table_.destroy,
                                    [&](const thresher_host* host, const thresher_config* config) {
                                      return table_.create(host, config, seed, desk->table());
                                    });
    if (!instance) return fail(std::move(instance.error()));
    if (const std::string breach = desk->breach(); !breach.empty()) return origin_.breach(breach);
    return std::make_unique<PluginValidator>(origin_, table_, std::move(desk), std::move(*instance));
  }

 private:
  Origin origin_;
  const thresher_validator& table_;
  OptionSchema schema_;
};

}  // namespace

Result<std::unique_ptr<ValidatorType>> adapt_validator(const Library& library, const thresher_validator* validator) {
  if (auto problem = table_problem(validator, "thresher_validator", "validator", "1.1"); !problem.empty())
    return fail(ErrorCode::plugin, std::move(problem));
  Origin origin{"validator", string_of(validator->name), library};
  if (!validator->create || !validator->observe || !validator->finish || !validator->destroy)
    return origin.declaration({ErrorCode::plugin, "lacks create, observe, finish or destroy", {}});
  auto schema = OptionSchema::read(validator->options, validator->option_count);
  if (!schema) return origin.declaration(std::move(schema.error()));
  return std::make_unique<PluginValidatorType>(std::move(origin), *validator, std::move(*schema));
}

}  // namespace thresher::plugin
