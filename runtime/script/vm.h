#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct lua_State;

namespace thresher::script {

class Vm;

/// An uncaught script error as its author should read it.
struct Failure {
  std::string message;    ///< "login.lua:42: attempt to index a nil value"
  std::string traceback;  ///< of the coroutine that failed, our own Lua left out; without the message
};

/// One Lua coroutine and the registry reference that keeps it alive. Movable owner; the coroutine is collected some
/// time after the owner is gone. About 500 bytes as long as scripts call shallowly.
class Coroutine {
 public:
  enum class Step : std::uint8_t {
    finished,  ///< returned: its results are on its stack, and it can be started again with another function
    parked,    ///< yielded: what it yielded is on its stack
    failed,    ///< raised: ask failure(), then throw it away
  };

  Coroutine() = default;
  /// `owner` comes back from owner_of() for this coroutine and every coroutine a script makes inside it.
  Coroutine(Vm& vm, void* owner);
  Coroutine(Coroutine&& other) noexcept;
  Coroutine& operator=(Coroutine&& other) noexcept;
  ~Coroutine();

  explicit operator bool() const { return state_ != nullptr; }
  lua_State* state() const { return state_; }

  /// Starts the function (or continues the yield) with the topmost `arguments` values of its stack. The caller removes
  /// what an earlier step left there before it pushes.
  Step resume(int arguments);
  /// After `failed`, before anything else touches the coroutine.
  Failure failure() const;

 private:
  Vm* vm_ = nullptr;
  lua_State* state_ = nullptr;
  int reference_ = 0;
};

/// Where the script stands, from `level` frames up, as in Failure::traceback.
std::string traceback(lua_State* state, int level);

/// The owner of the running coroutine; nullptr outside one (while a file loads).
void* owner_of(lua_State* state);

/// A Lua state for the scenarios of one worker, on LuaJIT's interpreter: standard libraries without what would end or
/// confuse the process, one environment per file that refuses accidental globals, `require` beside the scenario, the
/// compiler off (README), and a way to stop a script that never waits. One thread, except where said.
class Vm {
 public:
  Vm();
  ~Vm();
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  lua_State* state() const { return state_; }

  /// Where print() goes, each call as one line beginning with the script's name. Nowhere until set.
  void on_print(std::function<void(std::string)> sink);
  /// What `require(name)` gives: pops the value on top of the main stack.
  void provide(std::string_view name);
  /// Pushes onto the main stack what was provided as `name`.
  void push_provided(std::string_view name);
  /// Runs a chunk of our own in the real globals, with `arguments` values from the main stack; leaves its one result
  /// there. Its frames are left out of tracebacks and never blamed for an error.
  Result<void> run_prelude(std::string_view source, int arguments);
  /// Runs a scenario file, once: a file that was already loaded, by require too, is left alone. The error is the
  /// author's.
  Result<void> run_file(const std::string& path);
  /// Calls the function under `arguments` values on the main stack; leaves `results` values there, or nothing when it
  /// fails.
  Result<void> call(int arguments, int results);

  /// The path behind a chunk's name as scripts see it in messages ("login.lua"); the name itself when unknown.
  const std::string& path_of(std::string_view chunk) const;

  /// Any thread, while the VM lives: makes the script that runs now raise an error, wherever it is, which no pcall of
  /// its own survives. Does nothing when no script runs. Compiled traces and C functions end first.
  void break_script();
  /// Any thread: grows by one whenever a script is entered or left; odd while one runs.
  std::uint64_t activity() const { return activity_.load(std::memory_order_acquire); }

  struct Modules;  ///< this room's own: modules.h

 private:
  friend class Coroutine;
  class Running;
  struct Breaker;

  lua_State* state_;
  std::unique_ptr<Modules> modules_;
  std::function<void(std::string)> print_;
  std::string traceback_;  ///< of the last failed call()
  std::atomic<std::uint64_t> activity_{0};
  std::atomic<std::uint64_t> broken_activity_{0};  ///< the activity break_script() was about; 0: none
  std::atomic<unsigned long> thread_{0};           ///< pthread_t of whoever ran a script last
};

/// Proves what this interpreter must get right and older snapshots did not: hot, compiled, nested `pairs` loops see
/// every element. Once per process is enough.
Result<void> check_interpreter();

}  // namespace thresher::script
