#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "event/timer.h"
#include "proxy/stage.h"

namespace thresher::proxy {

/// Bytes and an end that go on later, each at its due time and in the order they came.
class DelayLine {
 public:
  /// Gives away through `owner`'s next inlet, named with each call, since chains change.
  class Owner {
   public:
    virtual Inlet& outlet() = 0;
    virtual void released() = 0;  ///< some of it went by its timer

   protected:
    ~Owner() = default;
  };
  DelayLine(event::TimerQueue& timers, Owner& owner);

  /// `due` is made no earlier than what is already in line, and so is the end's. What is due by `now` goes on at once.
  void push(std::string_view bytes, TimePoint due, TimePoint now);
  void push_end(Ending how, TimePoint due, TimePoint now);
  void release_all(TimePoint now);
  /// Takes the bytes out again, for another plan; an end stays.
  std::string take_bytes();
  void stop();

  std::size_t held() const { return held_; }

 private:
  struct Piece {
    TimePoint due;
    std::string bytes;
  };
  void release(TimePoint until, TimePoint now);

  Owner& owner_;
  event::Timer timer_;
  std::deque<Piece> line_;
  std::size_t held_ = 0;
  TimePoint last_due_ = TimePoint::min();  ///< of the bytes pushed so far
  std::optional<Ending> ending_;           ///< behind all of the line
  TimePoint ending_due_{};
};

}  // namespace thresher::proxy
