#include "bindings/runner.h"

#include <algorithm>
#include <cmath>
#include <lua.hpp>
#include <utility>

#include "bindings/arguments.h"
#include "bindings/fault_proxies.h"

namespace thresher::bindings {

using engine::IterationResult;
using script::Coroutine;

Result<std::unique_ptr<engine::IterationRunner>> Runner::create(std::shared_ptr<const ScenarioOptions> options,
                                                                const engine::WorkerContext& context) {
  // Every worker loads the same files; what they print meanwhile is said once.
  std::function<void(std::string)> print = [](const std::string&) {};
  if (context.index == 0) print = [run = context.run](std::string line) { run->say(std::move(line)); };
  auto host = ScriptHost::load(*options, std::move(print));
  if (!host) return fail(std::move(host.error()));
  (*host)->vm.on_print([run = context.run](std::string line) { run->say(std::move(line)); });
  auto requests = Requests::create(**host, context);
  if (!requests) return fail(std::move(requests.error()));
  std::unique_ptr<Runner> runner(new Runner(std::move(options), std::move(*host), context, std::move(*requests)));
  if (context.index == 0) {
    if (auto up = runner->options_->fault_proxies->host(*context.loop); !up) return fail(std::move(up.error()));
  }
  return runner;
}

Runner::Runner(std::shared_ptr<const ScenarioOptions> options, std::unique_ptr<ScriptHost> host,
               const engine::WorkerContext& context, std::unique_ptr<Requests> requests)
    : options_(std::move(options)),
      context_(context),
      host_(std::move(host)),
      requests_(std::move(requests)),
      recording_(*host_, *context.recorder, *context.loop),
      answers_(*context.loop, [this](User& user, const RecoveryAnswer& answer) { answered(user, answer); }),
      setup_data_(host_->setups.size(), kNone) {
  if (options_->watch_runs) watch_.emplace(host_->vm, options_->script_limit);
  plan_scenarios();
}

Runner::~Runner() {
  sequence_.reset();
  users_.clear();
  options_->fault_proxies->leave(*context_.loop);
}

void Runner::plan_scenarios() {
  for (const auto& planned : plan().scenarios) {
    const auto& scenario = *host_->scenarios[planned.scenario];
    PlannedScenario mine{.scenario = &scenario, .tasks = {}, .weights_until = {}, .data = kNone};
    double sum = 0;
    for (const auto task : planned.tasks) {
      mine.tasks.push_back(scenario.tasks[task].get());
      mine.weights_until.push_back(sum += scenario.info.tasks[task].weight);
    }
    planned_.push_back(std::move(mine));
  }
}

void Runner::add_user(engine::UserNumber number, std::size_t scenario) {
  const auto index = static_cast<std::size_t>(number / context_.workers);
  if (index >= users_.size()) users_.resize(index + 1);
  const auto& planned = planned_[scenario];
  users_[index] = std::make_unique<User>(*this, number, *planned.scenario, &planned,
                                         RandomStream(plan().seed, StreamPurpose::user, number));
}

void Runner::begin(engine::UserNumber number, const engine::Iteration& iteration) {
  User& user = find(number);
  user.iteration = iteration;
  user.result = IterationResult::ok;
  if (iteration.open_model) {
    user.random = RandomStream(plan().seed, StreamPurpose::arrival, iteration.number);
    user.draws.clear();
  }
  if (user.started || user.scenario->on_start.function == kNone) {
    user.started = true;
    return begin_tasks(user);
  }
  run_activity(user, Stage::on_start, user.scenario->on_start, user.scenario->on_start.function);
}

void Runner::begin_tasks(User& user) {
  user.began = context_.loop->now();
  user.next_task = 0;
  run_next_task(user);
}

const Activity& Runner::choose_task(User& user) {
  const auto& plan = *user.plan;
  if (runs_in_order(user)) return *plan.tasks[user.next_task++];
  if (plan.tasks.size() == 1) return *plan.tasks[0];
  const double drawn = user.random.uniform() * plan.weights_until.back();
  const auto chosen = std::upper_bound(plan.weights_until.begin(), plan.weights_until.end(), drawn);
  return *plan.tasks[std::min(static_cast<std::size_t>(chosen - plan.weights_until.begin()), plan.tasks.size() - 1)];
}

void Runner::run_next_task(User& user) {
  const Activity& task = choose_task(user);
  run_activity(user, Stage::task, task, task.function);
}

/// The coroutine and the table that scripts know the user by: made when first needed, and the coroutine again after a
/// failure.
void Runner::make_ready(User& user) {
  lua_State* state = host_->vm.state();
  if (!user.coroutine) user.coroutine = Coroutine(host_->vm, &user);
  if (user.table != kNone) return;
  lua_newtable(state);
  lua_rawgeti(state, LUA_REGISTRYINDEX, host_->user_metatable);
  lua_setmetatable(state, -2);
  user.table = luaL_ref(state, LUA_REGISTRYINDEX);
}

void Runner::run_activity(User& user, Stage stage, const Activity& activity, LuaReference function) {
  make_ready(user);
  user.stage = stage;
  user.activity = &activity;
  user.group = nullptr;
  kept_message_.clear();
  lua_State* state = user.coroutine.state();
  lua_settop(state, 0);
  lua_rawgeti(state, LUA_REGISTRYINDEX, function);
  const bool is_method = stage == Stage::on_start || stage == Stage::on_stop;  // function scenario:on_start(user, data)
  if (is_method) lua_rawgeti(state, LUA_REGISTRYINDEX, user.scenario->table);
  lua_rawgeti(state, LUA_REGISTRYINDEX, user.table);
  lua_rawgeti(state, LUA_REGISTRYINDEX, user.plan->data);
  after_step(user, user.coroutine.resume(is_method ? 3 : 2));
}

void Runner::resume(User& user, int results) {
  user.waiting = Waiting::nothing;
  after_step(user, user.coroutine.resume(results));
}

void Runner::after_step(User& user, Coroutine::Step step) {
  if (step == Coroutine::Step::finished) return stage_finished(user);
  if (step == Coroutine::Step::failed) {
    count_failure(user, user.coroutine.failure());
    return stage_failed(user);
  }
  switch (user.waiting) {
    case Waiting::request:
    case Waiting::event:
    case Waiting::sleep:
    case Waiting::answer:
    case Waiting::process:
      return;
    case Waiting::end:
      user.waiting = Waiting::nothing;
      user.coroutine = {};
      if (user.stage == Stage::setup) return step_failed({.message = "the script called abort", .traceback = {}});
      if (user.stage == Stage::on_stop) return retired(user);
      return end_tasks(user, IterationResult::interrupted);
    case Waiting::nothing:
      count_failure(user,
                    {.message = user.activity->where + ": the script yielded by itself: only thresher's own calls wait",
                     .traceback = {}});
      return stage_failed(user);
  }
}

void Runner::count_failure(User& user, script::Failure failure) {
  if (failure.message == kept_message_ && !kept_message_.empty())
    failure.traceback = std::exchange(kept_traceback_, {});
  kept_message_.clear();
  const bool names_line = failure.message.find(".lua:") != std::string::npos;
  if (!names_line) failure.message = user.activity->where + ": " + failure.message;
  if (user.stage == Stage::setup) {
    sequence_->failure = std::move(failure);
    return;
  }
  context_.recorder->exception(failure.message, failure.traceback);
}

void Runner::keep_traceback(lua_State* state) {
  const auto message = lua_isstring(state, 1) != 0 ? std::string(text_at(state, 1)) : std::string();
  if (message == kept_message_) return;  // an inner group passed it on
  kept_message_ = message;
  kept_traceback_ = script::traceback(state, 1);
}

void Runner::stage_finished(User& user) {
  switch (user.stage) {
    case Stage::on_start:
      user.started = true;
      return begin_tasks(user);
    case Stage::task:
      return task_finished(user);
    case Stage::wait_function: {
      const double seconds = lua_tonumber(user.coroutine.state(), -1);
      if (lua_type(user.coroutine.state(), -1) == LUA_TNUMBER && seconds >= 0 && seconds < 1e9) {
        return report(user, Nanoseconds(static_cast<std::int64_t>(seconds * 1e9)));
      }
      count_failure(user, {.message = user.activity->where + ": wait: the function must return seconds, 0 or more",
                           .traceback = {}});
      return report(user, {});
    }
    case Stage::on_stop:
      return retired(user);
    case Stage::setup:
      return step_finished(user);
    case Stage::pause:
    case Stage::idle:
      return;
  }
}

void Runner::stage_failed(User& user) {
  user.coroutine = {};
  user.waiting = Waiting::nothing;
  switch (user.stage) {
    case Stage::on_start:
      user.began = context_.loop->now();
      [[fallthrough]];
    case Stage::task:
      if (options_->walk != nullptr && user.stage == Stage::task && user.next_task < user.plan->tasks.size())
        return run_next_task(user);
      return end_tasks(user, IterationResult::failed);
    case Stage::wait_function:
      return report(user, {});
    case Stage::on_stop:
      return retired(user);
    case Stage::setup:
      return step_failed(sequence_->failure);
    case Stage::pause:
    case Stage::idle:
      return;
  }
}

void Runner::task_finished(User& user) {
  const bool more = runs_in_order(user) && user.next_task < user.plan->tasks.size();
  if (more && options_->walk != nullptr) return run_next_task(user);
  if (!more) return end_tasks(user, IterationResult::ok);
  // Pacing and functions speak of whole iterations; what they say comes after the last task.
  const bool pauses = !user.iteration.open_model && user.scenario->wait.kind == WaitRule::Kind::between;
  const auto pause = pauses ? think_time(user) : Nanoseconds{};
  if (pause <= Nanoseconds{}) return run_next_task(user);
  user.stage = Stage::pause;
  sleep(user, context_.loop->now() + pause);
}

void Runner::end_tasks(User& user, IterationResult result) {
  user.result = result;
  user.ended = context_.loop->now();
  const auto& wait = user.scenario->wait;
  if (user.iteration.open_model || result == IterationResult::interrupted) return report(user, {});
  if (wait.kind != WaitRule::Kind::function) return report(user, think_time(user));
  run_activity(user, Stage::wait_function, *user.activity, wait.function);
}

Nanoseconds Runner::think_time(User& user) {
  const auto& wait = user.scenario->wait;
  const auto nanoseconds = [](double seconds) { return Nanoseconds(std::llround(seconds * 1e9)); };
  switch (wait.kind) {
    case WaitRule::Kind::between:
      return nanoseconds(wait.low == wait.high ? wait.low : user.random.uniform(wait.low, wait.high));
    case WaitRule::Kind::pacing:
      return std::max(nanoseconds(wait.low) - (context_.loop->now() - user.began), Nanoseconds{});
    case WaitRule::Kind::none:
    case WaitRule::Kind::function:
      return {};
  }
  return {};
}

void Runner::report(User& user, Nanoseconds think) {
  requests_->drop_stream(user, user.result != IterationResult::interrupted);
  user.holdings.reset();
  user.stage = Stage::idle;
  user.waiting = Waiting::nothing;
  context_.events->iteration_ended(user.number,
                                   {.result = user.result, .began = user.began, .ended = user.ended, .think = think});
}

void Runner::interrupt(engine::UserNumber number) {
  User& user = find(number);
  if (user.stage == Stage::idle) return;
  cancel_wait(user);
  user.coroutine = {};
  if (user.stage == Stage::on_stop) return retired(user);
  if (user.stage == Stage::on_start) user.began = context_.loop->now();
  if (user.stage != Stage::wait_function) {
    user.result = IterationResult::interrupted;
    user.ended = context_.loop->now();
  }
  report(user, {});
}

void Runner::retire(engine::UserNumber number) {
  User& user = find(number);
  const auto& on_stop = user.scenario->on_stop;
  if (!user.started || on_stop.function == kNone) return retired(user);
  run_activity(user, Stage::on_stop, on_stop, on_stop.function);
}

void Runner::retired(User& user) {
  const auto number = user.number;
  users_[number / context_.workers].reset();
  context_.events->user_retired(number);
}

void Runner::response_arrived(User& user, const http::Response& response) {
  if (requests_->finish(user, response)) resume(user, 1);
}

void Runner::stream_opened(User& user, const http::Response& response) {
  requests_->open_stream(user, response);
  resume(user, 1);
}

void Runner::stream_moved(User& user) {
  if (user.waiting != Waiting::event) return;
  lua_State* state = user.coroutine.state();
  lua_settop(state, 0);
  if (user.flight.stream->push_event(state)) resume(user, 1);
}

void Runner::stream_stopped(User& user) {
  requests_->close_stream(user);
  stream_over(user);
}

void Runner::stream_ended(User& user, const http::Response& response, bool opened) {
  const bool fails_to_open = !opened && !user.flight.stream->is_chat();
  if (fails_to_open) requests_->open_stream(user, response);  // what the script gets is a failure
  requests_->finish_stream(user, response);
  if (!fails_to_open) return stream_over(user);
  resume(user, 1);
}

/// A script that waits for the end, or for an event that will not come, goes on.
void Runner::stream_over(User& user) {
  lua_State* state = user.coroutine.state();
  if (user.waiting == Waiting::request) {  // a chat completion is handed over as a whole
    lua_settop(state, 0);
    user.flight.stream->push_chat(state);
    return resume(user, 1);
  }
  if (user.waiting != Waiting::event) return;
  lua_settop(state, 0);
  if (!user.flight.stream->push_event(state)) lua_pushnil(state);
  resume(user, 1);
}

void Runner::set_timer(User& user, TimePoint until) {
  if (!user.timer) {
    user.timer = std::make_unique<event::Timer>(context_.loop->timers(), [this, &user](TimePoint) { woken(user); });
  }
  user.timer->start_at(until);
}

void Runner::sleep(User& user, TimePoint until) {
  user.waiting = Waiting::sleep;
  set_timer(user, until);
}

void Runner::await_process(User& user, std::optional<TimePoint> until) {
  user.waiting = Waiting::process;
  if (until) set_timer(user, *until);
}

void Runner::wake(User& user, int results) {
  if (user.timer) user.timer->cancel();
  user.holdings->awaited = nullptr;
  resume(user, results);
}

void Runner::ask_kit(User& user, const std::string& path, std::string_view operation, std::string arguments) {
  if (!user.holdings) user.holdings = std::make_unique<Holdings>();
  auto& session = user.holdings->sessions[path];
  if (!session) session = options_->recovery->open(path, *context_.loop);
  user.waiting = Waiting::answer;
  session->ask(operation, std::move(arguments), answers_.expect(user));
}

void Runner::answered(User& user, const RecoveryAnswer& answer) {
  lua_State* state = user.coroutine.state();
  lua_settop(state, 0);
  if (answer) {
    lua_pushlstring(state, answer->data(), answer->size());
    return resume(user, 1);
  }
  lua_pushnil(state);
  lua_pushboolean(state, answer.error().code == ErrorCode::cancelled || answer.error().code == ErrorCode::not_found);
  lua_pushlstring(state, answer.error().message.data(), answer.error().message.size());
  resume(user, 3);
}

void Runner::woken(User& user) {
  if (user.stage == Stage::pause) {
    user.waiting = Waiting::nothing;
    return run_next_task(user);
  }
  lua_State* state = user.coroutine.state();
  lua_settop(state, 0);
  if (user.waiting == Waiting::sleep) return resume(user, 0);
  user.holdings->awaited->await(ChildProcess::Wanted::nothing);
  lua_pushnil(state);
  lua_pushliteral(state, "timeout");
  wake(user, 2);
}

void Runner::cancel_wait(User& user) {
  if (user.waiting == Waiting::request || user.waiting == Waiting::event) requests_->cancel(user);
  if (user.waiting == Waiting::sleep) user.timer->cancel();
  if (user.waiting == Waiting::answer) answers_.forget(user);
  if (user.waiting == Waiting::process) {
    if (user.timer) user.timer->cancel();
    user.holdings->awaited->await(ChildProcess::Wanted::nothing);
  }
  user.waiting = Waiting::nothing;
}

void Runner::forget(User& user) {
  answers_.forget(user);
  requests_->cancel(user);
  if (user.table != kNone) luaL_unref(host_->vm.state(), LUA_REGISTRYINDEX, user.table);
}

}  // namespace thresher::bindings
