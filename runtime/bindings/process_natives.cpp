// Programs a scenario starts: thresher.process, and what tools run in.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <lua.hpp>

#include "bindings/arguments.h"
#include "bindings/runner.h"
#include "bindings/script_host.h"

namespace thresher::bindings {
namespace {

using script::misuse;

constexpr std::array<std::pair<std::string_view, int>, 11> kSignals = {{{"ABRT", SIGABRT},
                                                                        {"CONT", SIGCONT},
                                                                        {"HUP", SIGHUP},
                                                                        {"INT", SIGINT},
                                                                        {"KILL", SIGKILL},
                                                                        {"PIPE", SIGPIPE},
                                                                        {"QUIT", SIGQUIT},
                                                                        {"STOP", SIGSTOP},
                                                                        {"TERM", SIGTERM},
                                                                        {"USR1", SIGUSR1},
                                                                        {"USR2", SIGUSR2}}};

/// Ours, what the run sets with -e, and the script's own table at `index` (false: take it away), in this order.
std::vector<std::string> environment_of(lua_State* state, const ScenarioOptions& options, int index) {
  std::map<std::string, std::string, std::less<>> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : options.environment) all.insert_or_assign(name, value);
  for (lua_pushnil(state); lua_next(state, index) != 0; lua_pop(state, 1)) {
    const std::string name(text_at(state, -2));
    if (lua_isboolean(state, -1)) {
      all.erase(name);
      continue;
    }
    lua_pushvalue(state, -1);  // turning a number into text must not touch the table's own
    all.insert_or_assign(name, std::string(text_at(state, -1)));
    lua_pop(state, 1);
  }
  std::vector<std::string> entries;
  for (const auto& [name, value] : all) entries.push_back(name + '=' + value);
  return entries;
}

/// start_process(what, command, environment, folder, input, drops) -> number, pid | nil, why. The prelude has checked
/// them.
int start_process(lua_State* state) {
  User& user = user_of(state, lua_tostring(state, 1));
  lua_settop(state, 6);
  std::optional<std::uint64_t> number;
  int pid = 0;
  {
    event::ProcessOptions options;
    for (int i = 1; i <= static_cast<int>(lua_objlen(state, 2)); ++i) {
      lua_rawgeti(state, 2, i);
      options.command.emplace_back(text_at(state, -1));
      lua_pop(state, 1);
    }
    options.environment = environment_of(state, host_of(state).options, 3);
    options.folder = text_at(state, 4);
    options.input = lua_toboolean(state, 5) != 0;
    const auto overflow = lua_toboolean(state, 6) != 0 ? ChildProcess::Overflow::drop : ChildProcess::Overflow::wait;
    auto child = ChildProcess::start(user, options, overflow);
    if (child) {
      if (!user.holdings) user.holdings = std::make_unique<Holdings>();
      pid = (*child)->process().pid();
      number = user.runner.next_number();
      user.holdings->processes.emplace(*number, std::move(*child));
    } else {
      lua_pushnil(state);
      lua_pushlstring(state, child.error().message.data(), child.error().message.size());
    }
  }
  if (!number) return 2;
  lua_pushnumber(state, static_cast<lua_Number>(*number));
  lua_pushnumber(state, pid);
  return 2;
}

/// The process whose number is the first argument, of the user who calls.
ChildProcess& child_of(lua_State* state, User& user, const char* what) {
  const auto number = static_cast<std::uint64_t>(number_argument(state, 1, what));
  if (user.holdings) {
    const auto found = user.holdings->processes.find(number);
    if (found != user.holdings->processes.end()) return *found->second;
  }
  misuse(state, "{}: this process ended with the iteration that started it", what);
}

/// The shape of process_wait and process_read_line: what is there at once, after true; or false, and the caller yields.
int await(lua_State* state, const char* what, ChildProcess::Wanted wanted) {
  User& user = waiting_user(state, what);
  ChildProcess& child = child_of(state, user, what);
  std::optional<TimePoint> until;
  if (!lua_isnoneornil(state, 2)) until = user.runner.loop().now() + seconds_argument(state, 2, what);
  lua_settop(state, 0);
  lua_pushboolean(state, 1);
  const int results = wanted == ChildProcess::Wanted::end ? (child.push_end(state) ? 1 : 0) : child.push_line(state);
  if (results > 0) return 1 + results;
  child.await(wanted);
  user.holdings->awaited = &child;
  user.runner.await_process(user, until);
  lua_pushboolean(state, 0);
  return 1;
}

/// process_wait(number, seconds?) -> true, end | false, and the caller yields: end, or nil, "timeout"
int process_wait(lua_State* state) { return await(state, "process:wait", ChildProcess::Wanted::end); }

/// process_read_line(number, seconds?) -> true, line | true, nil, "end" | false, and the caller yields for the same
int process_read_line(lua_State* state) { return await(state, "process:read_line", ChildProcess::Wanted::line); }

/// process_kill(number, signal) -> true | nil, why
int process_kill(lua_State* state) {
  ChildProcess& child = child_of(state, user_of(state, "process:kill"), "process:kill");
  int signal = 0;
  if (lua_type(state, 2) == LUA_TNUMBER) {
    const double given = lua_tonumber(state, 2);
    if (!(given >= 1 && given < NSIG)) misuse(state, "process:kill: {} is no signal", given);
    signal = static_cast<int>(given);
  } else {
    auto name = string_argument(state, 2, "process:kill: signal");
    if (name.starts_with("SIG")) name.remove_prefix(3);
    const auto* found = std::find_if(kSignals.begin(), kSignals.end(), [&](const auto& s) { return s.first == name; });
    if (found == kSignals.end())
      misuse(state,
             "process:kill: no signal '{}'; there are ABRT, CONT, HUP, INT, KILL, PIPE, QUIT, STOP, TERM, USR1 "
             "and USR2, and numbers",
             name);
    signal = found->second;
  }
  if (child.process().send(signal)) {
    lua_pushboolean(state, 1);
    return 1;
  }
  lua_pushnil(state);
  lua_pushliteral(state, "it has ended");
  return 2;
}

/// process_write(number, text) -> true | nil, why
int process_write(lua_State* state) {
  ChildProcess& child = child_of(state, user_of(state, "process:write"), "process:write");
  const auto text = string_argument(state, 2, "process:write");
  const bool full = child.process().queued_bytes() + text.size() > ChildProcess::kInputMax;
  if (!full && child.process().write(text)) {
    lua_pushboolean(state, 1);
    return 1;
  }
  lua_pushnil(state);
  if (full) {
    lua_pushliteral(state, "8 MiB that it has not read are waiting already");
  } else {
    lua_pushliteral(state, "nobody reads it: the program ended, closed its input, or was started without stdin = true");
  }
  return 2;
}

int process_close_stdin(lua_State* state) {
  child_of(state, user_of(state, "process:close_stdin"), "process:close_stdin").process().close_input();
  return 0;
}

int process_output(lua_State* state) {
  child_of(state, user_of(state, "process:output"), "process:output").push_all(state, event::ProcessStream::output);
  return 1;
}

int process_errors(lua_State* state) {
  child_of(state, user_of(state, "process:errors"), "process:errors").push_all(state, event::ProcessStream::errors);
  return 1;
}

/// process_close(number) -> whether output was lost. Kills it if it runs, and forgets it.
int process_close(lua_State* state) {
  User& user = user_of(state, "process");
  lua_pushboolean(state, child_of(state, user, "process").lost_output() ? 1 : 0);
  user.holdings->processes.erase(static_cast<std::uint64_t>(lua_tonumber(state, 1)));
  return 1;
}

/// executable() -> path of this program
int executable(lua_State* state) {
  std::error_code problem;
  const std::string path = std::filesystem::read_symlink("/proc/self/exe", problem).string();
  lua_pushlstring(state, path.data(), path.size());
  return 1;
}

}  // namespace

void add_process_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host,
              {{"start_process", start_process},
               {"process_wait", process_wait},
               {"process_read_line", process_read_line},
               {"process_kill", process_kill},
               {"process_write", process_write},
               {"process_close_stdin", process_close_stdin},
               {"process_output", process_output},
               {"process_errors", process_errors},
               {"process_close", process_close},
               {"executable", executable}});
}

}  // namespace thresher::bindings
