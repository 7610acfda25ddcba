#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "event/process.h"

struct lua_State;

namespace thresher::bindings {

struct User;

/// A program a user's script started: keeps what it wrote until the script takes it, and wakes the script that waits
/// for its end or its next line. Its user owns it; at most one of a user's processes is waited for.
class ChildProcess final : private event::ProcessEvents {
 public:
  static constexpr std::size_t kKeptMax = std::size_t{8} << 20;   ///< bytes of each stream that are not taken
  static constexpr std::size_t kFirstMax = std::size_t{1} << 20;  ///< likewise, where the rest is lost
  static constexpr std::size_t kInputMax = std::size_t{8} << 20;  ///< bytes written that it has not read

  /// What happens to more output: the program waits until some is taken, or what comes after the first is lost.
  enum class Overflow : std::uint8_t { wait, drop };
  enum class Wanted : std::uint8_t { nothing, end, line };

  static Result<std::unique_ptr<ChildProcess>> start(User& user, const event::ProcessOptions& options,
                                                     Overflow overflow);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() = default;

  event::Process& process() { return *process_; }
  bool has_ended() const { return end_.has_value(); }
  /// Some output was lost (Overflow::drop).
  bool lost_output() const { return output_.lost || errors_.lost; }

  /// Pushes { exit_code | signal } and returns true; false while it runs.
  bool push_end(lua_State* state) const;
  /// Pushes the next line without its end, or nil and "end", and returns how many values that were; 0: neither yet.
  int push_line(lua_State* state);
  /// Pushes what is kept of a stream and forgets it.
  void push_all(lua_State* state, event::ProcessStream stream);

  /// What the script, parked, waits for; it is woken with what push_end() or push_line() pushes.
  void await(Wanted wanted) { wanted_ = wanted; }

 private:
  struct Kept {
    std::string text;
    std::size_t taken = 0;      ///< bytes of text the script has had
    std::size_t looked_at = 0;  ///< no line ends between the two
    bool paused = false, over = false, lost = false;
    std::size_t size() const { return text.size() - taken; }
  };

  ChildProcess(User& user, Overflow overflow) : user_(user), overflow_(overflow) {}
  void on_process_bytes(event::ProcessStream stream, std::string_view bytes) override;
  void on_process_stream_end(event::ProcessStream stream) override;
  void on_process_end(const event::ProcessEnd& end) override;
  Kept& kept(event::ProcessStream stream) { return stream == event::ProcessStream::output ? output_ : errors_; }
  void take(event::ProcessStream stream, std::size_t bytes);
  void go_on(event::ProcessStream stream);
  void wake();

  User& user_;
  const Overflow overflow_;
  Kept output_, errors_;
  std::optional<event::ProcessEnd> end_;
  Wanted wanted_ = Wanted::nothing;
  std::unique_ptr<event::Process> process_;
};

}  // namespace thresher::bindings
