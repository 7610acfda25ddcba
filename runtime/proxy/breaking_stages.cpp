#include "proxy/breaking_stages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "event/timer.h"
#include "proxy/delaying_stages.h"

namespace thresher::proxy {
namespace {

/// A stream that lost bytes is of no use to anybody: relieved or taken away, the toxic closes the connection.
class TimeoutStage final : public Stage {
 public:
  TimeoutStage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers)
      : Stage(toxic, key), timer_(timers, [this](TimePoint now) { cut(Ending::closed, now); }) {}

  void leave(TimePoint now) override {
    if (strikes() || lost_) give_up(now);
  }
  void stop() override { timer_.cancel(); }

 private:
  void on_bytes(std::string_view bytes, TimePoint now) override {
    if (!strikes()) return next().take(bytes, now);
    lost_ = true;
  }
  void on_end(Ending how, TimePoint now) override {
    timer_.cancel();
    next().end(how, now);
  }
  void on_strike(TimePoint now) override {
    began_ = now;
    arm();
  }
  void on_relief(TimePoint now) override {
    timer_.cancel();
    if (lost_) give_up(now);
  }
  void on_change(TimePoint) override {
    if (strikes()) arm();
  }
  void arm() {
    const Nanoseconds patience = milliseconds("timeout");
    timer_.start_at(patience > Nanoseconds{} && !has_ended() ? began_ + patience : TimePoint::max());
  }
  void give_up(TimePoint now) {
    timer_.cancel();
    if (!has_ended()) cut(Ending::closed, now);
  }

  event::Timer timer_;
  TimePoint began_{};
  bool lost_ = false;
};

class ResetPeerStage final : public Stage {
 public:
  ResetPeerStage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers)
      : Stage(toxic, key), timer_(timers, [this](TimePoint now) { next().end(Ending::reset, now); }) {}

  void leave(TimePoint now) override {
    if (!timer_.armed()) return;
    timer_.cancel();
    next().end(Ending::reset, now);
  }
  void stop() override { timer_.cancel(); }

 private:
  void on_bytes(std::string_view bytes, TimePoint now) override {
    if (timer_.armed()) return;
    if (!strikes()) return next().take(bytes, now);
    reset_soon(now);
  }
  void on_end(Ending how, TimePoint now) override {
    if (timer_.armed()) return;
    if (!strikes()) return next().end(how, now);
    reset_soon(now);
  }
  void reset_soon(TimePoint now) {
    const Nanoseconds patience = milliseconds("timeout");
    if (patience == Nanoseconds{}) return cut(Ending::reset, now);
    timer_.start_at(now + patience);
  }

  event::Timer timer_;  ///< armed: the first bytes came, and nothing passes any more
};

class LimitDataStage final : public Stage {
 public:
  using Stage::Stage;

 private:
  void on_bytes(std::string_view bytes, TimePoint now) override {
    if (!strikes()) return next().take(bytes, now);
    const double left = std::max(value("bytes") - static_cast<double>(passed_), 0.0);
    const auto part = bytes.substr(0, static_cast<std::size_t>(std::min(left, static_cast<double>(bytes.size()))));
    passed_ += part.size();
    if (!part.empty()) next().take(part, now);
    if (static_cast<double>(passed_) >= value("bytes") && !has_ended()) cut(Ending::closed, now);
  }
  void on_strike(TimePoint) override { passed_ = 0; }

  std::uint64_t passed_ = 0;  ///< since it struck
};

/// Draws the distance to the next byte it flips, so that the faults depend on the bytes and not on how they were cut.
class CorruptStage final : public Stage {
 public:
  CorruptStage(const Toxic& toxic, const StageKey& key) : Stage(toxic, key) { draw(); }

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  void on_bytes(std::string_view bytes, TimePoint now) override {
    if (!strikes() || gap_ >= bytes.size()) {
      if (strikes() && gap_ != kNever) gap_ -= bytes.size();
      return next().take(bytes, now);
    }
    std::string changed(bytes);
    std::size_t at = 0;
    while (gap_ < changed.size() - at) {
      at += static_cast<std::size_t>(gap_);
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << random().below(8)));
      ++at;
      draw();
    }
    if (gap_ != kNever) gap_ -= changed.size() - at;
    next().take(changed, now);
  }
  void on_change(TimePoint) override { draw(); }

  /// Geometric: the number of bytes left alone when each is hit with probability rate.
  void draw() {
    const double rate = value("rate");
    if (rate <= 0) {
      gap_ = kNever;
    } else if (rate >= 1) {
      gap_ = 0;
    } else {
      const double gap = std::floor(std::log(1 - random().uniform()) / std::log1p(-rate));
      gap_ = gap < 1e18 ? static_cast<std::uint64_t>(gap) : kNever;
    }
  }

  std::uint64_t gap_ = kNever;  ///< bytes to leave alone
};

}  // namespace

std::unique_ptr<Stage> make_timeout_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  return std::make_unique<TimeoutStage>(toxic, key, timers);
}
std::unique_ptr<Stage> make_reset_peer_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  return std::make_unique<ResetPeerStage>(toxic, key, timers);
}
std::unique_ptr<Stage> make_limit_data_stage(const Toxic& toxic, const StageKey& key) {
  return std::make_unique<LimitDataStage>(toxic, key);
}
std::unique_ptr<Stage> make_corrupt_stage(const Toxic& toxic, const StageKey& key) {
  return std::make_unique<CorruptStage>(toxic, key);
}

std::unique_ptr<Stage> make_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  switch (toxic.type) {
    case ToxicType::latency:
      return make_latency_stage(toxic, key, timers);
    case ToxicType::bandwidth:
      return make_bandwidth_stage(toxic, key, timers);
    case ToxicType::slow_close:
      return make_slow_close_stage(toxic, key, timers);
    case ToxicType::timeout:
      return make_timeout_stage(toxic, key, timers);
    case ToxicType::reset_peer:
      return make_reset_peer_stage(toxic, key, timers);
    case ToxicType::slicer:
      return make_slicer_stage(toxic, key, timers);
    case ToxicType::limit_data:
      return make_limit_data_stage(toxic, key);
    case ToxicType::corrupt:
      return make_corrupt_stage(toxic, key);
    case ToxicType::down:
      break;
  }
  return nullptr;
}

}  // namespace thresher::proxy
