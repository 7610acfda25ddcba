#include "proxy/delaying_stages.h"

#include <algorithm>
#include <cmath>

#include "proxy/delay_line.h"

namespace thresher::proxy {
namespace {

/// What latency, bandwidth, slow_close and slicer share: a line, and an end that comes after it.
class DelayingStage : public Stage, private DelayLine::Owner {
 public:
  DelayingStage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers)
      : Stage(toxic, key), line_(timers, *this) {}

  void leave(TimePoint now) override { line_.release_all(now); }
  void stop() override { line_.stop(); }
  std::size_t held() const override { return line_.held(); }

 protected:
  void on_end(Ending how, TimePoint now) override { line_.push_end(how, now, now); }
  DelayLine& line() { return line_; }

 private:
  Inlet& outlet() override { return next(); }
  void released() override { room().room_changed(); }

  DelayLine line_;
};

/// Many bytes may be under way at once, as on a long line: each has its own due time. What was under way when a window
/// closes keeps it.
class LatencyStage final : public DelayingStage {
 public:
  using DelayingStage::DelayingStage;
  std::size_t limit() const override { return std::size_t{8} << 20; }

 private:
  void on_bytes(std::string_view bytes, TimePoint now) override { line().push(bytes, now + delay(), now); }
  Nanoseconds delay() {
    if (!strikes()) return {};
    const double jitter = value("jitter");
    const double wanted = value("latency") + (jitter > 0 ? random().uniform(-jitter, jitter) : 0.0);
    return Nanoseconds(std::llround(std::max(wanted, 0.0) * 1e6));
  }
};

/// Bytes leave when the last of their slice has passed a line of that rate, as if the slice had come at once.
class BandwidthStage final : public DelayingStage {
 public:
  using DelayingStage::DelayingStage;

 private:
  static constexpr double kSlicesPerSecond = 10;

  void on_bytes(std::string_view bytes, TimePoint now) override {
    if (!strikes()) return line().push(bytes, now, now);
    plan(bytes, now);
  }
  void plan(std::string_view bytes, TimePoint now) {
    const double bytes_per_s = value("rate") * 1000;
    if (bytes_per_s <= 0) {
      free_at_ = TimePoint::max();
      return line().push(bytes, free_at_, now);
    }
    const auto slice = static_cast<std::size_t>(std::max(bytes_per_s / kSlicesPerSecond, 1.0));
    free_at_ = std::max(free_at_, now);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(slice, bytes.size()))) {
      const std::string_view part = bytes.substr(0, slice);
      free_at_ += Nanoseconds(std::llround(static_cast<double>(part.size()) / bytes_per_s * 1e9));
      line().push(part, free_at_, now);
    }
  }
  void on_relief(TimePoint now) override {
    free_at_ = {};
    line().release_all(now);
  }
  void on_change(TimePoint now) override {
    if (!strikes()) return;
    free_at_ = {};
    plan(line().take_bytes(), now);
  }

  TimePoint free_at_{};  ///< when the line has passed all that came so far
};

class SlowCloseStage final : public DelayingStage {
 public:
  using DelayingStage::DelayingStage;

 private:
  void on_bytes(std::string_view bytes, TimePoint now) override { next().take(bytes, now); }
  void on_end(Ending how, TimePoint now) override {
    line().push_end(how, strikes() ? now + milliseconds("delay") : now, now);
  }
};

class SlicerStage final : public DelayingStage {
 public:
  using DelayingStage::DelayingStage;
  std::size_t limit() const override { return 16 << 10; }  // slices of a byte cost forty

 private:
  void on_bytes(std::string_view bytes, TimePoint now) override {
    if (!strikes()) return line().push(bytes, now, now);
    free_at_ = std::max(free_at_, now);
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, slice());
      line().push(part, free_at_, now);
      free_at_ += Nanoseconds(std::llround(value("delay") * 1e3));
      bytes.remove_prefix(part.size());
    }
  }
  std::size_t slice() {
    const double variation = value("size_variation");
    const double size = value("average_size") + (variation > 0 ? random().uniform(-variation, variation) : 0.0);
    return std::max<std::size_t>(static_cast<std::size_t>(std::llround(size)), 1);
  }
  void on_relief(TimePoint now) override {
    free_at_ = {};
    line().release_all(now);
  }

  TimePoint free_at_{};  ///< when the next slice may go
};

template <class Type>
std::unique_ptr<Stage> make(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  return std::make_unique<Type>(toxic, key, timers);
}

}  // namespace

std::unique_ptr<Stage> make_latency_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  return make<LatencyStage>(toxic, key, timers);
}
std::unique_ptr<Stage> make_bandwidth_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  return make<BandwidthStage>(toxic, key, timers);
}
std::unique_ptr<Stage> make_slow_close_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  return make<SlowCloseStage>(toxic, key, timers);
}
std::unique_ptr<Stage> make_slicer_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers) {
  return make<SlicerStage>(toxic, key, timers);
}

}  // namespace thresher::proxy
