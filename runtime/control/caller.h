#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "control/line_reader.h"
#include "control/protocol.h"
#include "event/byte_stream.h"

namespace thresher::control {

class Caller;

/// What a caller needs of the server it called.
class Callee {
 public:
  /// Calls caller.answer(place, ...) later.
  virtual void obey(Caller& caller, std::uint64_t place, Order order) = 0;
  /// It has begun to watch, and has its answer: it wants begin.
  virtual void watches(Caller& caller) = 0;
  /// It went, or broke the protocol. Destroys it.
  virtual void gone(Caller& caller) = 0;

 protected:
  ~Callee() = default;
};

/// One connection to a run's server. The server's thread.
///
/// | state    | event              | next     | what happens                                             |
/// |----------|--------------------|----------|----------------------------------------------------------|
/// | asking   | a question         | asking   | it is obeyed; answers go out in the order of questions   |
/// | asking   | `watch`            | watching | once all before it is answered: its answer, then begin |
/// | watching | tell()             | watching | sent, or left out when it lags                           |
/// | any      | leave()            | leaving  | what is queued still goes; then the peer sees the end    |
/// | asking   | the peer finished  | leaving  | when nothing is to be answered any more                  |
/// | others   | the peer finished  | gone     |                                                          |
class Caller final : private event::StreamEvents {
 public:
  Caller(std::uint64_t number, std::unique_ptr<event::ByteStream> stream, Callee& callee);

  std::uint64_t number() const { return number_; }  ///< its name in the server
  bool watching() const { return watching_; }
  bool idle() const { return stream_->queued_bytes() == 0; }  ///< the system has all that was sent

  void answer(std::uint64_t place, const Result<std::string>& result);
  /// A line that may be left out: unless it lags.
  void tell(std::string_view line);
  /// A line that may not.
  void send(std::string_view line) { stream_->write(line); }
  /// Refuses what is not answered yet; what is sent from now on goes nowhere.
  void leave();

 private:
  struct Pending {
    std::uint64_t ask = 0;
    bool watch = false;
    std::string line;  ///< empty: not answered yet
  };

  void on_connected(TimePoint) override {}
  void on_bytes(std::string_view bytes, TimePoint now) override;
  void on_drained(TimePoint now) override;
  void on_end(Outcome why, TimePoint now) override;
  void read(std::string_view line);
  bool flush();  ///< sends what is answered, in order; whether a watch was among it
  void send_answers();
  bool lags() const;

  const std::uint64_t number_;
  const std::unique_ptr<event::ByteStream> stream_;
  Callee& callee_;
  LineReader lines_;
  std::deque<Pending> pending_;  ///< questions, oldest first
  std::uint64_t first_ = 0;      ///< place of the oldest
  bool watching_ = false, leaving_ = false;
  bool peer_finished_ = false;
};

}  // namespace thresher::control
