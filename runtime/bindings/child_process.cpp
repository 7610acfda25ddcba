#include "bindings/child_process.h"

#include <lua.hpp>
#include <utility>

#include "bindings/runner.h"

namespace thresher::bindings {

using event::ProcessStream;

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(User& user, const event::ProcessOptions& options,
                                                          Overflow overflow) {
  std::unique_ptr<ChildProcess> made(new ChildProcess(user, overflow));
  auto process = user.runner.loop().start_process(options, *made);
  if (!process) return fail(std::move(process.error()));
  made->process_ = std::move(*process);
  return made;
}

void ChildProcess::on_process_bytes(ProcessStream stream, std::string_view bytes) {
  Kept& to = kept(stream);
  if (overflow_ == Overflow::drop && to.size() + bytes.size() > kFirstMax) {
    to.lost = true;
    bytes = bytes.substr(0, kFirstMax - to.size());
  }
  to.text += bytes;
  if (to.size() >= kKeptMax && overflow_ == Overflow::wait) {
    to.paused = true;
    process_->pause(stream);
  }
  if (stream == ProcessStream::output && wanted_ == Wanted::line) wake();
}

void ChildProcess::on_process_stream_end(ProcessStream stream) {
  kept(stream).over = true;
  if (stream == ProcessStream::output && wanted_ == Wanted::line) wake();
}

void ChildProcess::on_process_end(const event::ProcessEnd& end) {
  end_ = end;
  if (wanted_ == Wanted::end) wake();
}

/// The script goes on if what it waits for is there; it may end its iteration, and this.
void ChildProcess::wake() {
  lua_State* state = user_.coroutine.state();
  lua_settop(state, 0);
  const int results = wanted_ == Wanted::end ? (push_end(state) ? 1 : 0) : push_line(state);
  if (results == 0) return;
  wanted_ = Wanted::nothing;
  user_.runner.wake(user_, results);
}

bool ChildProcess::push_end(lua_State* state) const {
  if (!end_) return false;
  lua_createtable(state, 0, 1);
  lua_pushnumber(state, end_->signal != 0 ? end_->signal : end_->exit_code);
  lua_setfield(state, -2, end_->signal != 0 ? "signal" : "exit_code");
  return true;
}

int ChildProcess::push_line(lua_State* state) {
  const std::size_t line_end = output_.text.find('\n', output_.looked_at);
  const bool whole = line_end != std::string::npos;
  if (!whole && !output_.over && output_.size() < kKeptMax) {
    output_.looked_at = output_.text.size();
    go_on(ProcessStream::output);
    return 0;
  }
  if (!whole && output_.size() == 0) {
    lua_pushnil(state);
    lua_pushliteral(state, "end");
    return 2;
  }
  // A line longer than can be kept is handed out in pieces; the last one may lack its end.
  const std::size_t size = whole ? line_end - output_.taken : output_.size();
  lua_pushlstring(state, output_.text.data() + output_.taken, size);
  take(ProcessStream::output, whole ? size + 1 : size);
  return 1;
}

void ChildProcess::push_all(lua_State* state, ProcessStream stream) {
  const Kept& from = kept(stream);
  lua_pushlstring(state, from.text.data() + from.taken, from.size());
  take(stream, from.size());
}

void ChildProcess::take(ProcessStream stream, std::size_t bytes) {
  Kept& from = kept(stream);
  from.taken += bytes;
  if (from.taken > from.text.size() / 2) {  // moving the rest costs no more than what was taken
    from.text.erase(0, from.taken);
    from.taken = 0;
  }
  from.looked_at = from.taken;
  if (from.size() <= kKeptMax / 2) go_on(stream);
}

void ChildProcess::go_on(ProcessStream stream) {
  if (std::exchange(kept(stream).paused, false)) process_->resume(stream);
}

}  // namespace thresher::bindings
