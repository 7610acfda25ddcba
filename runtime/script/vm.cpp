#include "script/vm.h"

#include <pthread.h>
#include <signal.h>

#include <cassert>
#include <cstring>
#include <lua.hpp>
#include <mutex>
#include <new>
#include <utility>

#include "script/misuse.h"
#include "script/modules.h"

/// What lua_newstate() calls instead of getrandom() (third_party/CMakeLists.txt): the same bytes every time, so that
/// `pairs` walks equal tables in equal order in every process, and a seed replays a run.
extern "C" long thresher_luajit_getrandom(long, void* bytes, std::size_t size, unsigned) {
  std::memset(bytes, 0x5a, size);
  return static_cast<long>(size);
}

namespace thresher::script {
namespace {

thread_local Vm* running_vm = nullptr;

constexpr int kBreakSignal = SIGURG;  // ignored by default: a stray one does no harm

/// The author's position is part of the message where the error is a string; any other value is described.
std::string describe(lua_State* state, int index) {
  if (const char* text = lua_tostring(state, index)) return text;
  if (luaL_callmeta(state, index, "__tostring") != 0) {
    std::string text =
        lua_isstring(state, -1) ? lua_tostring(state, -1) : "an error value whose __tostring gave no string";
    lua_pop(state, 1);
    return text;
  }
  return std::string("an error value of type ") + luaL_typename(state, index);
}

/// The traceback of `of` without its heading, frames of our own Lua, and C functions that have only an address.
std::string traceback_of(lua_State* state, lua_State* of, int level) {
  luaL_traceback(state, of, nullptr, level);
  const std::string_view whole = lua_tostring(state, -1);
  std::string result;
  for (std::size_t at = whole.find('\n'); at != std::string_view::npos;) {
    const auto end = whole.find('\n', at + 1);
    const auto line = whole.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    const bool ours =
        line.find("[thresher]") != std::string_view::npos || line.find("[C]: at 0x") != std::string_view::npos;
    if (!ours) result.append(line).push_back('\n');
    at = end;
  }
  lua_pop(state, 1);
  if (!result.empty()) result.pop_back();
  return result;
}

/// Message handler of call(); upvalue 1: where the traceback goes.
int keep_traceback(lua_State* state) {
  auto& text = *static_cast<std::string*>(lua_touserdata(state, lua_upvalueindex(1)));
  text = traceback_of(state, state, 1);
  return 1;
}

/// "login.lua:42: message" apart.
Error error_of(std::string message, const std::string& traceback) {
  Error error{ErrorCode::script, std::move(message), {}};
  const auto colon = error.message.find(".lua:");
  if (colon != std::string::npos) {
    const auto end = error.message.find_first_not_of("0123456789", colon + 5);
    if (end != std::string::npos && end > colon + 5 && error.message.compare(end, 2, ": ") == 0 &&
        error.message.find_first_of(" \n") > colon) {
      error.where = error.message.substr(0, end);
      error.message.erase(0, end + 2);
    }
  }
  if (!traceback.empty()) error.message += "\nstack traceback:\n" + traceback;
  return error;
}

void stop_script(lua_State* state, lua_Debug*) {
  // The hook stays: it raises again after every pcall that caught it, until the script is left.
  misuse(state, "the script ran too long without waiting (an endless loop?)");
}

}  // namespace

/// Marks the time a script runs, for the watchdog.
class Vm::Running {
 public:
  explicit Running(Vm& vm) : vm_(vm), outer_(std::exchange(running_vm, &vm)) {
    vm_.thread_.store(pthread_self(), std::memory_order_relaxed);
    if (outer_ != &vm_) step();
  }
  ~Running() {
    running_vm = outer_;
    if (outer_ == &vm_) return;
    const auto activity = vm_.activity_.load(std::memory_order_relaxed);
    step();  // from here on break_script() does nothing
    if (vm_.broken_activity_.load(std::memory_order_relaxed) == activity) lua_sethook(vm_.state_, nullptr, 0, 0);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  void step() { vm_.activity_.store(vm_.activity_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  Vm& vm_;
  Vm* outer_;
};

/// The signal's side of break_script(): hooks may only be set by the thread that runs the script, a signal to it is
/// that.
struct Vm::Breaker {
  static void on_signal(int) {
    Vm* vm = running_vm;
    if (vm == nullptr) return;
    if (vm->broken_activity_.load(std::memory_order_acquire) != vm->activity_.load(std::memory_order_relaxed)) return;
    lua_sethook(vm->state_, stop_script, LUA_MASKCOUNT, 1);  // documented as safe in a signal handler
  }

  static void install() {
    static std::once_flag once;
    std::call_once(once, [] {
      struct sigaction action = {};
      action.sa_handler = on_signal;
      action.sa_flags = SA_RESTART;
      sigaction(kBreakSignal, &action, nullptr);
    });
  }
};

Vm::Vm() : state_(luaL_newstate()) {
  if (state_ == nullptr) throw std::bad_alloc();
  Breaker::install();
  modules_ = std::make_unique<Modules>(*this);
  modules_->provide_libraries();
}

Vm::~Vm() { lua_close(state_); }

void Vm::on_print(std::function<void(std::string)> sink) { print_ = std::move(sink); }

void Vm::provide(std::string_view name) { modules_->provided[std::string(name)] = luaL_ref(state_, LUA_REGISTRYINDEX); }

const std::string& Vm::path_of(std::string_view chunk) const {
  static const std::string none;
  const auto found = modules_->chunks.find(chunk);
  return found == modules_->chunks.end() ? none : found->second.path;
}

void Vm::push_provided(std::string_view name) {
  lua_rawgeti(state_, LUA_REGISTRYINDEX, modules_->provided.find(name)->second);
}

Result<void> Vm::call(int arguments, int results) {
  traceback_.clear();
  lua_pushlightuserdata(state_, &traceback_);
  lua_pushcclosure(state_, keep_traceback, 1);
  const int handler = lua_gettop(state_) - arguments - 1;
  lua_insert(state_, handler);  // stack: handler function arguments
  int status = 0;
  {
    Running running(*this);
    status = lua_pcall(state_, arguments, results, handler);
  }
  lua_remove(state_, handler);
  if (status == 0) return {};
  auto error = error_of(describe(state_, -1), traceback_);
  lua_pop(state_, 1);
  return fail(std::move(error));
}

Result<void> Vm::run_prelude(std::string_view source, int arguments) {
  if (luaL_loadbuffer(state_, source.data(), source.size(), "=[thresher]") != 0) {
    auto error = error_of(describe(state_, -1), {});
    lua_pop(state_, arguments + 1);
    return fail(std::move(error));
  }
  keep_interpreted(state_, -1);
  lua_insert(state_, -1 - arguments);
  return call(arguments, 1);
}

Result<void> Vm::run_file(const std::string& path) {
  struct Job {
    Modules& modules;
    const std::string& path;
    std::string root;
  };
  const auto slash = path.find_last_of('/');
  Job job{*modules_, path, slash == std::string::npos ? "." : path.substr(0, slash + 1)};
  lua_pushcfunction(state_, [](lua_State* state) {
    const auto& job_here = *static_cast<const Job*>(lua_touserdata(state, 1));
    job_here.modules.push_file(state, job_here.path, job_here.root);
    return 0;
  });
  lua_pushlightuserdata(state_, &job);
  return call(1, 0);
}

void Vm::break_script() {
  const auto activity = activity_.load(std::memory_order_acquire);
  if (activity % 2 == 0) return;
  broken_activity_.store(activity, std::memory_order_release);
  pthread_kill(thread_.load(std::memory_order_relaxed), kBreakSignal);
}

Coroutine::Coroutine(Vm& vm, void* owner) : vm_(&vm), state_(lua_newthread(vm.state_)) {
  lua_setexdata(state_, owner);
  reference_ = luaL_ref(vm.state_, LUA_REGISTRYINDEX);
}

Coroutine::Coroutine(Coroutine&& other) noexcept
    : vm_(other.vm_), state_(std::exchange(other.state_, nullptr)), reference_(other.reference_) {}

Coroutine& Coroutine::operator=(Coroutine&& other) noexcept {
  std::swap(vm_, other.vm_);
  std::swap(state_, other.state_);
  std::swap(reference_, other.reference_);
  return *this;
}

Coroutine::~Coroutine() {
  if (state_ != nullptr) luaL_unref(vm_->state_, LUA_REGISTRYINDEX, reference_);
}

Coroutine::Step Coroutine::resume(int arguments) {
  Vm::Running running(*vm_);
  switch (lua_resume(state_, arguments)) {
    case LUA_OK:
      return Step::finished;
    case LUA_YIELD:
      return Step::parked;
    default:
      return Step::failed;
  }
}

Failure Coroutine::failure() const {
  lua_State* main = vm_->state_;
  lua_checkstack(state_, LUA_MINSTACK);
  lua_pushvalue(state_, -1);
  lua_xmove(state_, main, 1);
  Failure result{describe(main, lua_gettop(main)), traceback_of(main, state_, 0)};
  lua_pop(main, 1);
  // LuaJIT no longer knows the innermost line of a coroutine that failed; its message does.
  const auto colon = result.message.find(':');
  const auto end = colon == std::string::npos ? colon : result.message.find(':', colon + 1);
  const auto unknown = result.traceback.find(": ");
  if (end != std::string::npos && unknown != std::string::npos && result.traceback[0] == '\t' &&
      std::string_view(result.traceback).substr(1, unknown - 1) == std::string_view(result.message).substr(0, colon)) {
    result.traceback.insert(unknown, result.message, colon, end - colon);
  }
  return result;
}

std::string traceback(lua_State* state, int level) { return traceback_of(state, state, level); }

void* owner_of(lua_State* state) { return lua_getexdata(state); }

Result<void> check_interpreter() {
  static constexpr std::string_view kProof = R"lua(
    local outer, seen = {}, 0
    for i = 1, 40 do outer[i], outer["k" .. i] = i, i end
    for _ = 1, 60 do
      for _ in pairs(outer) do
        for _ in pairs(outer) do seen = seen + 1 end
      end
    end
    return seen)lua";
  constexpr int kExpected = 60 * 80 * 80;
  lua_State* state = luaL_newstate();
  if (state == nullptr) return fail(ErrorCode::internal, "no memory for a Lua state");
  luaL_openlibs(state);
  const bool ran =
      luaL_loadbuffer(state, kProof.data(), kProof.size(), "=proof") == 0 && lua_pcall(state, 0, 1, 0) == 0;
  const auto seen = ran ? lua_tointeger(state, -1) : 0;
  lua_close(state);
  if (seen == kExpected) return {};
  return fail(ErrorCode::internal,
              fmt::format("this LuaJIT ends compiled loops early ({} of {} elements seen)", seen, kExpected));
}

}  // namespace thresher::script
