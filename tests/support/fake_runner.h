#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/iteration_runner.h"
#include "event/timer.h"

namespace thresher::test {

using namespace std::chrono_literals;

class FakeRunner;

/// What a FakeRunner does in place of a script. A negative length never ends by itself; a zero one ends before the call
/// returns.
struct FakeScript {
  std::function<Nanoseconds(engine::UserNumber, const engine::Iteration&)> service = [](auto, auto&) { return 10ms; };
  std::function<Nanoseconds(engine::UserNumber)> think = [](auto) { return Nanoseconds{}; };
  engine::IterationResult result = engine::IterationResult::ok;
  Nanoseconds on_start{}, on_stop{};
  bool heeds_interrupts = true;
  Nanoseconds setup{}, teardown{};
  Result<std::string> setup_result = std::string("data");
  Result<void> teardown_result{};
  /// Called within begin(): where a test lets a script abort, raise or record.
  std::function<void(const engine::WorkerContext&, engine::UserNumber, const engine::Iteration&)> on_begin;
  /// Called from the destructor, on the worker's thread: a run destroys its runners before a test could look at them.
  std::function<void(const FakeRunner&)> on_destroy;
};

/// One begun iteration, as the runner saw it.
struct Begun {
  engine::UserNumber user = 0;
  std::size_t scenario = 0;
  engine::Iteration iteration;
};

/// Performs iterations that only take time. Holds its worker to the contract: what breaks it is listed in misuse().
/// Time comes from a Clock; next_due() and fire() let a test drive it, or attach() hands that to the timers of a loop.
class FakeRunner : public engine::IterationRunner {
 public:
  FakeRunner(engine::WorkerContext context, const Clock& clock, FakeScript script)
      : context_(context), clock_(clock), script_(std::move(script)) {}

  ~FakeRunner() override {
    if (script_.on_destroy) script_.on_destroy(*this);
  }

  void attach(event::TimerQueue& timers) {
    timer_ = std::make_unique<event::Timer>(timers, [this](TimePoint now) { fire(now); });
  }

  void setup(std::function<void(Result<std::string>)> done) override {
    setup_done_ = [this, done = std::move(done)] { done(script_.setup_result); };
    after(script_.setup, [this] { setup_done_(); });
  }
  void teardown(const std::string& data, std::function<void(Result<void>)> done) override {
    torn_down_ = data;
    after(script_.teardown, [this, done = std::move(done)] { done(script_.teardown_result); });
  }
  void set_setup_data(const std::string& data) override { setup_data_ = data; }

  void add_user(engine::UserNumber user, std::size_t scenario) override {
    expect(!users_.contains(user), "added twice", user);
    users_[user] = User{.scenario = scenario};
    users_most_ = std::max(users_most_, users_.size());
  }

  void begin(engine::UserNumber user, const engine::Iteration& iteration) override {
    expect(users_.contains(user), "began unknown", user);
    expect(!hearing_, "called from inside an event", user);
    User& state = users_[user];
    expect(!state.busy && !state.retiring, "began busy", user);
    begun_.push_back({user, state.scenario, iteration});
    state.busy = true;
    ++state.run;
    state.began = clock_.now() + (state.run == 1 ? script_.on_start : Nanoseconds{});
    if (script_.on_begin) script_.on_begin(context_, user, iteration);
    const Nanoseconds service = script_.service(user, iteration);
    if (service < 0ns) return;
    at(state.began + service, [this, user, run = state.run] { end_if_still(user, run); });
  }

  void interrupt(engine::UserNumber user) override {
    expect(users_.contains(user) && users_[user].busy, "interrupted idle", user);
    ++interrupted_;
    if (script_.heeds_interrupts) end(user, engine::IterationResult::interrupted);
  }

  void retire(engine::UserNumber user) override {
    expect(users_.contains(user) && !users_[user].busy && !users_[user].retiring, "retired busy", user);
    expect(!hearing_, "called from inside an event", user);
    users_[user].retiring = true;
    if (script_.on_stop < 0ns) return;
    at(clock_.now() + script_.on_stop, [this, user] {
      users_.erase(user);
      retired_.push_back(user);
      hear([&] { context_.events->user_retired(user); });
    });
  }

  void break_script() override { ++breaks_; }
  std::uint64_t script_activity() const override { return 0; }

  TimePoint next_due() const { return agenda_.empty() ? TimePoint::max() : agenda_.begin()->first; }
  void fire(TimePoint now) {
    while (next_due() <= now) {
      const auto work = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      work();
    }
    arm();
  }

  const std::vector<Begun>& begun() const { return begun_; }
  const std::vector<engine::UserNumber>& retired() const { return retired_; }
  std::size_t users() const { return users_.size(); }
  std::size_t users_most() const { return users_most_; }
  std::size_t interrupted() const { return interrupted_; }
  int breaks() const { return breaks_; }
  const std::string& setup_data() const { return setup_data_; }
  const std::optional<std::string>& torn_down() const { return torn_down_; }
  const std::vector<std::string>& misuse() const { return misuse_; }
  FakeScript& script() { return script_; }
  const engine::WorkerContext& context() const { return context_; }

 private:
  struct User {
    std::size_t scenario = 0;
    bool busy = false, retiring = false;
    std::uint64_t run = 0;
    TimePoint began{};
  };

  void expect(bool holds, const char* broken, engine::UserNumber user) {
    if (!holds) misuse_.push_back(std::string(broken) + " user " + std::to_string(user));
  }
  void at(TimePoint due, std::function<void()> work) {
    if (due <= clock_.now()) return work();
    agenda_.emplace(due, std::move(work));
    arm();
  }
  void after(Nanoseconds delay, std::function<void()> work) {
    if (delay >= 0ns) at(clock_.now() + delay, std::move(work));
  }
  void arm() {
    if (timer_) timer_->start_at(next_due());
  }
  void end_if_still(engine::UserNumber user, std::uint64_t run) {
    const auto found = users_.find(user);
    if (found != users_.end() && found->second.busy && found->second.run == run) end(user, script_.result);
  }
  void end(engine::UserNumber user, engine::IterationResult result) {
    User& state = users_[user];
    state.busy = false;
    const engine::IterationEnd end{result, state.began, clock_.now(), script_.think(user)};
    hear([&] { context_.events->iteration_ended(user, end); });
  }
  template <class Call>
  void hear(Call call) {
    const bool outer = std::exchange(hearing_, true);
    call();
    hearing_ = outer;
  }

  const engine::WorkerContext context_;
  const Clock& clock_;
  FakeScript script_;
  std::unique_ptr<event::Timer> timer_;
  std::multimap<TimePoint, std::function<void()>> agenda_;
  std::map<engine::UserNumber, User> users_;
  std::size_t users_most_ = 0, interrupted_ = 0;
  int breaks_ = 0;
  bool hearing_ = false;  ///< inside a RunnerEvents call
  std::vector<Begun> begun_;
  std::vector<engine::UserNumber> retired_;
  std::vector<std::string> misuse_;
  std::string setup_data_;
  std::optional<std::string> torn_down_;
  std::function<void()> setup_done_;
};

/// Makes FakeRunners on their workers' loops.
inline engine::RunnerFactory fake_runners(FakeScript script) {
  return [script](const engine::WorkerContext& context) -> Result<std::unique_ptr<engine::IterationRunner>> {
    auto runner = std::make_unique<FakeRunner>(context, *context.loop, script);
    runner->attach(context.loop->timers());
    return runner;
  };
}

}  // namespace thresher::test
