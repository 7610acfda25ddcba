#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/answers.h"
#include "bindings/recording.h"
#include "bindings/requests.h"
#include "bindings/script_host.h"
#include "bindings/user.h"
#include "engine/iteration_runner.h"
#include "script/script_watch.h"

namespace thresher::bindings {

/// Performs the iterations of one worker in one VM: chooses tasks, runs them in the users' coroutines, parks them and
/// resumes them with what they waited for. One thread, except break_script() and script_activity().
class Runner final : public engine::IterationRunner {
 public:
  static Result<std::unique_ptr<engine::IterationRunner>> create(std::shared_ptr<const ScenarioOptions> options,
                                                                 const engine::WorkerContext& context);
  ~Runner() override;

  void setup(std::function<void(Result<std::string>)> done) override;
  void teardown(const std::string& setup_data, std::function<void(Result<void>)> done) override;
  void set_setup_data(const std::string& setup_data) override;
  void add_user(engine::UserNumber user, std::size_t scenario) override;
  void begin(engine::UserNumber user, const engine::Iteration& iteration) override;
  void interrupt(engine::UserNumber user) override;
  void retire(engine::UserNumber user) override;
  void break_script() override { host_->vm.break_script(); }
  std::uint64_t script_activity() const override { return host_->vm.activity(); }

  // What native functions and users ask for.
  const profile::Plan& plan() const { return *context_.plan; }
  event::Loop& loop() { return *context_.loop; }
  engine::RunPort& run() { return *context_.run; }
  Recording& recording() { return recording_; }
  Requests& requests() { return *requests_; }
  /// The user's request ended; may end its iteration, and the user.
  void response_arrived(User& user, const http::Response& response);
  /// The user's stream has a head: its script goes on with the response.
  void stream_opened(User& user, const http::Response& response);
  /// Events wait: a script that waits for one goes on.
  void stream_moved(User& user);
  /// The stream has had enough of its answer: closes it as if it had ended.
  void stream_stopped(User& user);
  /// The stream's answer ended by itself. `opened`: its script has had the head.
  void stream_ended(User& user, const http::Response& response, bool opened);
  /// Parks the user until the moment given.
  void sleep(User& user, TimePoint until);
  /// Parks the user, whose holdings name the process awaited, until wake(); or until the moment given, with nil and
  /// "timeout".
  void await_process(User& user, std::optional<TimePoint> until);
  /// The script goes on with the `results` values on its coroutine's stack.
  void wake(User& user, int results);
  /// Asks a recovery kit and parks the user until the answer: a text; or nil, whether it is a refusal (or
  /// there is no such thing) rather than a failure, and why.
  void ask_kit(User& user, const std::string& path, std::string_view operation, std::string arguments);
  /// For things of this worker that scripts hold a number of.
  std::uint64_t next_number() { return ++numbers_; }
  /// Remembers where the running script stands, for an error that a group passes on.
  void keep_traceback(lua_State* state);
  void forget(User& user);  ///< what it holds in the VM and the client

 private:
  Runner(std::shared_ptr<const ScenarioOptions> options, std::unique_ptr<ScriptHost> host,
         const engine::WorkerContext& context, std::unique_ptr<Requests> requests);

  User& find(engine::UserNumber user) { return *users_[user / context_.workers]; }
  void plan_scenarios();
  bool runs_in_order(const User& user) const { return options_->walk != nullptr || user.scenario->info.sequential; }

  // The stages of an iteration. Each of these may end it, and the user: nothing of the user is touched afterwards.
  void run_activity(User& user, Stage stage, const Activity& activity, LuaReference function);
  void resume(User& user, int results);
  void after_step(User& user, script::Coroutine::Step step);
  void stage_finished(User& user);
  void stage_failed(User& user);
  void begin_tasks(User& user);
  void run_next_task(User& user);
  void task_finished(User& user);
  void end_tasks(User& user, engine::IterationResult result);
  void report(User& user, Nanoseconds think);
  void retired(User& user);

  void stream_over(User& user);
  void woken(User& user);
  void answered(User& user, const RecoveryAnswer& answer);
  void set_timer(User& user, TimePoint until);
  void cancel_wait(User& user);
  void count_failure(User& user, script::Failure failure);
  const Activity& choose_task(User& user);
  Nanoseconds think_time(User& user);
  void make_ready(User& user);

  // setup and teardown, one step after the other: runner_setup.cpp
  struct Sequence {
    static constexpr engine::UserNumber kNobody = ~engine::UserNumber{0};
    std::function<void(Result<std::string>)> setup_done;  ///< one of the two is set
    std::function<void(Result<void>)> teardown_done;
    std::size_t next = 0;        ///< index of the step under way
    std::unique_ptr<User> user;  ///< who performs it
    std::string results;         ///< of setup so far: "\"0\":{...},\"2\":7"
    script::Failure failure;
    bool is_setup() const { return setup_done != nullptr; }
  };
  void next_step();
  void step_finished(User& user);
  void step_failed(const script::Failure& failure);
  bool is_planned(const SetupStep& step) const;
  const Scenario& scenario_for(const SetupStep& step) const;

  const std::shared_ptr<const ScenarioOptions>
      options_;  ///< the factory's, which the host refers to: shared by all runners
  const engine::WorkerContext context_;
  const std::unique_ptr<ScriptHost> host_;
  std::optional<script::ScriptWatch> watch_;  ///< of a rehearsal; watches host_
  const std::unique_ptr<Requests> requests_;
  Recording recording_;
  Answers answers_;
  std::uint64_t numbers_ = 0;
  std::vector<PlannedScenario> planned_;
  std::vector<LuaReference> setup_data_;  ///< by index of the setup step
  std::unique_ptr<Sequence> sequence_;
  std::string kept_message_, kept_traceback_;  ///< of keep_traceback()
  std::vector<std::unique_ptr<User>> users_;   ///< by number / workers
};

}  // namespace thresher::bindings
