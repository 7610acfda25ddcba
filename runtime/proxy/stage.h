#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "event/timer_queue.h"
#include "proxy/toxic.h"

namespace thresher::proxy {

/// How a direction ends. `finished`: its source said so, the other direction goes on. `closed`: a toxic ends the whole
/// connection, in an orderly way after what came before. `reset`: the whole connection is aborted.
enum class Ending : std::uint8_t { finished, closed, reset };

/// Takes one direction's bytes in order, then its end.
class Inlet {
 public:
  virtual void take(std::string_view bytes, TimePoint now) = 0;
  virtual void end(Ending how, TimePoint now) = 0;

 protected:
  ~Inlet() = default;
};

/// Hears that a stage gave something away by itself, so that there may be room again.
class RoomListener {
 public:
  virtual void room_changed() = 0;

 protected:
  ~RoomListener() = default;
};

/// What makes one stage's draws its own: the same key gives the same faults in every run.
struct StageKey {
  std::uint64_t seed = 0;        ///< of (run, proxy, toxic)
  std::uint64_t connection = 0;  ///< of the proxy, from 1
};
std::uint64_t mix_seed(std::uint64_t seed, std::string_view name);

/// One toxic in one direction of one connection. It strikes while its window is open and the lot fell on it; otherwise
/// bytes pass, though never before what it still holds. The lot is drawn per connection or per request, and compared
/// with the toxicity of the day: raising that strikes more of the same connections.
class Stage : public Inlet {
 public:
  Stage(const Toxic& toxic, const StageKey& key);
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  /// Once, before anything else; `window` as set_window().
  void begin(Inlet& next, RoomListener& room, bool window, TimePoint now);
  void set_next(Inlet& next) { next_ = &next; }

  void take(std::string_view bytes, TimePoint now) final;
  void end(Ending how, TimePoint now) final;

  void set_window(bool open, TimePoint now);
  void begin_request(TimePoint now);               ///< another burst of the client's begins
  void change(const Toxic& toxic, TimePoint now);  ///< other attributes or toxicity, the same name, type and stream
  /// The toxic is taken away: gives what is held to the next one, in order.
  virtual void leave(TimePoint) {}
  /// The connection is over: nothing happens any more.
  virtual void stop() {}

  virtual std::size_t held() const { return 0; }           ///< bytes waiting in it
  virtual std::size_t limit() const { return 256 << 10; }  ///< from so many on, its source is not read
  bool is_full() const { return held() >= limit(); }

 protected:
  virtual void on_bytes(std::string_view bytes, TimePoint now) = 0;
  virtual void on_end(Ending how, TimePoint now) { next().end(how, now); }
  /// It begins to strike (again: another request), or no longer does.
  virtual void on_strike(TimePoint) {}
  virtual void on_relief(TimePoint) {}
  virtual void on_change(TimePoint) {}

  bool strikes() const { return window_ && drawn_; }
  double value(std::string_view attribute) const { return toxic_.value(attribute); }
  Nanoseconds milliseconds(std::string_view attribute) const;
  Inlet& next() { return *next_; }
  RoomListener& room() { return *room_; }
  RandomStream& random() { return random_; }
  /// Ends the connection from here; what its source still sends is dropped.
  void cut(Ending how, TimePoint now);
  bool has_ended() const { return ended_; }

 private:
  void judge(bool renewed, TimePoint now);

  Toxic toxic_;
  RandomStream lots_, random_;
  Inlet* next_ = nullptr;
  RoomListener* room_ = nullptr;
  double lot_ = 1;  ///< strikes when less than the toxicity
  bool window_ = false;
  bool drawn_ = false;
  bool ended_ = false;  ///< the input's end was taken, or the stage made one
};

/// The stage for a toxic of any type but `down`.
std::unique_ptr<Stage> make_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers);

}  // namespace thresher::proxy
