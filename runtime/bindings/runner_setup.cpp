#include <algorithm>
#include <lua.hpp>

#include "bindings/arguments.h"
#include "bindings/fault_proxies.h"
#include "bindings/json_reader.h"
#include "bindings/runner.h"

namespace thresher::bindings {
namespace {

Error error_of(const script::Failure& failure) {
  Error error{ErrorCode::script, failure.message, {}};
  if (!failure.traceback.empty()) error.message += "\nstack traceback:\n" + failure.traceback;
  return error;
}

}  // namespace

bool Runner::is_planned(const SetupStep& step) const {
  return std::any_of(planned_.begin(), planned_.end(), [&](const PlannedScenario& planned) {
    return step.scenario == nullptr ? planned.scenario->chunk == step.chunk : planned.scenario == step.scenario;
  });
}

const Scenario& Runner::scenario_for(const SetupStep& step) const {
  if (step.scenario != nullptr) return *step.scenario;
  const auto first = std::find_if(planned_.begin(), planned_.end(), [&](const PlannedScenario& planned) {
    return planned.scenario->chunk == step.chunk;
  });
  return *first->scenario;
}

void Runner::setup(std::function<void(Result<std::string>)> done) {
  sequence_ = std::make_unique<Sequence>();
  sequence_->setup_done = std::move(done);
  next_step();
}

void Runner::teardown(const std::string& setup_data, std::function<void(Result<void>)> done) {
  if (std::all_of(setup_data_.begin(), setup_data_.end(), [](LuaReference data) { return data == kNone; })) {
    set_setup_data(setup_data);
  }
  sequence_ = std::make_unique<Sequence>();
  sequence_->teardown_done = std::move(done);
  next_step();
}

void Runner::next_step() {
  auto& sequence = *sequence_;
  for (; sequence.next < host_->setups.size(); ++sequence.next) {
    const auto& step = *host_->setups[sequence.next];
    const auto& activity = sequence.is_setup() ? step.setup : step.teardown;
    if (activity.function == kNone || !is_planned(step)) continue;
    sequence.user = std::make_unique<User>(*this, Sequence::kNobody, scenario_for(step), nullptr,
                                           RandomStream(plan().seed, StreamPurpose::run, sequence.next + 1));
    // setup(user), teardown(data, user)
    User& user = *sequence.user;
    make_ready(user);
    user.stage = Stage::setup;
    user.activity = &activity;
    lua_State* state = user.coroutine.state();
    lua_rawgeti(state, LUA_REGISTRYINDEX, activity.function);
    if (step.scenario != nullptr) lua_rawgeti(state, LUA_REGISTRYINDEX, step.scenario->table);
    if (!sequence.is_setup()) lua_rawgeti(state, LUA_REGISTRYINDEX, setup_data_[sequence.next]);
    lua_rawgeti(state, LUA_REGISTRYINDEX, user.table);
    return after_step(user, user.coroutine.resume(lua_gettop(state) - 1));
  }
  const auto finished = std::move(sequence_);
  if (finished->is_setup()) {
    finished->setup_done("{" + finished->results + "}");
  } else {
    finished->teardown_done({});
  }
}

void Runner::step_finished(User& user) {
  auto& sequence = *sequence_;
  lua_State* state = host_->vm.state();
  if (sequence.is_setup() && lua_gettop(user.coroutine.state()) > 0 && !lua_isnil(user.coroutine.state(), 1)) {
    lua_rawgeti(state, LUA_REGISTRYINDEX, host_->json_encode);
    lua_settop(user.coroutine.state(), 1);
    lua_xmove(user.coroutine.state(), state, 1);
    const bool encoded = lua_pcall(state, 1, 1, 0) == 0;
    const std::string text(text_at(state, -1));
    lua_pop(state, 1);
    if (!encoded) {
      return step_failed({.message = user.activity->where + ": setup: what it returned cannot be handed over: " + text,
                          .traceback = {}});
    }
    sequence.results += (sequence.results.empty() ? "\"" : ",\"") + std::to_string(sequence.next) + "\":" + text;
  }
  ++sequence.next;
  next_step();
}

void Runner::step_failed(const script::Failure& failure) {
  const auto finished = std::move(sequence_);
  if (finished->is_setup()) {
    finished->setup_done(fail(error_of(failure)));
  } else {
    finished->teardown_done(fail(error_of(failure)));
  }
}

void Runner::set_setup_data(const std::string& setup_data) {
  if (context_.index == 0) options_->fault_proxies->restart_clocks();  // load begins
  lua_State* state = host_->vm.state();
  std::string padded = setup_data;
  padded.append(JsonReader::kPadding, '\0');
  host_->json.push(state, {padded.data(), setup_data.size()}, {}, 0);
  const int table = lua_gettop(state);
  if (lua_istable(state, table)) {
    for (std::size_t i = 0; i < setup_data_.size(); ++i) {
      lua_getfield(state, table, std::to_string(i).c_str());
      if (lua_isnil(state, -1)) {
        lua_pop(state, 1);
      } else {
        setup_data_[i] = luaL_ref(state, LUA_REGISTRYINDEX);
      }
    }
  }
  lua_settop(state, table - 1);

  for (auto& planned : planned_) {
    std::size_t step = planned.scenario->setup;  // its own, or else its file's
    for (std::size_t i = 0; step == 0 && i < host_->setups.size(); ++i) {
      if (host_->setups[i]->scenario == nullptr && host_->setups[i]->chunk == planned.scenario->chunk) step = i + 1;
    }
    if (step != 0) planned.data = setup_data_[step - 1];
  }
}

}  // namespace thresher::bindings
