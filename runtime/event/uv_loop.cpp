#include "event/uv_loop.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <system_error>
#include <utility>

#include "event/uv_internal.h"

namespace thresher::event {
namespace {

constexpr std::size_t kReadBufferSize = 64 << 10;  // what libuv suggests to every alloc_cb
// How many callbacks share a clock reading. A busy poll can bring a thousand events, several microseconds each: with
// one reading for all, the last ones would be stamped milliseconds early. Read every 16th time the clock costs about 2
// ns each.
constexpr int kCallbacksPerReading = 16;
constexpr int kTimerSlices = 256;  // of kCallbacksPerReading timers each, before sockets get their turn
constexpr auto kClosePatience = std::chrono::seconds(2);

/// A failure here means that the machine has no descriptor or memory for the loop itself: nothing can run.
void require(int status, const char* what) {
  if (status < 0) throw std::system_error(-status, std::generic_category(), what);
}

}  // namespace

/// The timerfd: libuv's own timers count milliseconds, and epoll_wait's timeout does, too.
struct UvLoop::Alarm {
  uv_poll_t poll{};
  UvLoop* loop = nullptr;
  int descriptor = -1;
  TimePoint set_for = TimePoint::max();
  bool rings = false;  ///< it expired and stays readable until it is set anew; saves reading it

  uv_poll_t* handle() { return &poll; }
  void abandon() { uv_poll_stop(&poll); }
  ~Alarm() { ::close(descriptor); }
};

struct UvLoop::Wake {
  uv_async_t async{};
  uv_async_t* handle() { return &async; }
  void abandon() {}
};

UvLoop::UvLoop() : raw_(new uv_loop_t), read_buffer_(new char[kReadBufferSize]) {
  std::signal(SIGPIPE, SIG_IGN);
  require(uv_loop_init(raw()), "event loop");
  raw()->data = this;

  const int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  require(descriptor < 0 ? -errno : 0, "timerfd");
  // Owned in the libuv way only once libuv knows them: what failed to start must not be given to uv_close.
  std::unique_ptr<Alarm> alarm(new Alarm{.loop = this, .descriptor = descriptor});
  alarm->poll.data = alarm.get();
  require(uv_poll_init(raw(), &alarm->poll, descriptor), "timerfd");
  alarm_.reset(alarm.release());
  uv_poll_start(&alarm_->poll, UV_READABLE, [](uv_poll_t* handle, int, int) {
    auto& self = *static_cast<Alarm*>(handle->data);
    const TimePoint now = self.loop->begin_callback();
    if (!std::exchange(self.rings, true)) self.loop->note_stretch(now - self.set_for);  // a starved thread wakes late
    self.loop->fire_timers();
  });

  auto wake = std::make_unique<Wake>();
  wake->async.data = wake.get();
  require(uv_async_init(raw(), &wake->async,
                        [](uv_async_t* handle) { static_cast<UvLoop*>(handle->loop->data)->drain_inbox(); }),
          "wake-up");
  wake_.reset(wake.release());
}

UvLoop::~UvLoop() {
  inbox_.clear();  // may own streams
  alarm_.reset();
  wake_.reset();
  close();
}

void UvLoop::close() {
  const TimePoint deadline = read_clock() + kClosePatience;
  while (uv_loop_close(raw()) == UV_EBUSY) {
    uv_run(raw(), UV_RUN_NOWAIT);
    if (read_clock() > deadline) {
      int open = 0;
      uv_walk(
          raw(),
          [](uv_handle_t* handle, void* count) {
            if (uv_is_closing(handle) != 0) return;
            ++*static_cast<int*>(count);
            std::fprintf(stderr, "event loop destroyed before its %s\n",
                         uv_handle_type_name(uv_handle_get_type(handle)));
          },
          &open);
#ifndef NDEBUG
      if (open > 0) std::abort();
#endif
      // Left behind on purpose, since libuv still refers to it: an owner outlives the loop, or a look-up is stuck in
      // the resolver, which cannot be interrupted, and its thread will touch the loop once more.
      static_cast<void>(raw_.release());
      return;
    }
    ::usleep(100);
  }
}

WallTime UvLoop::wall_now() const {
  return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

TimePoint UvLoop::read_clock() const {
  timespec reading{};
  clock_gettime(CLOCK_MONOTONIC, &reading);
  return TimePoint{std::chrono::seconds(reading.tv_sec) + Nanoseconds(reading.tv_nsec)};
}

void UvLoop::take_reading() {
  now_ = read_clock();
  callbacks_left_ = kCallbacksPerReading;
  if (!std::exchange(read_since_poll_, true)) polled_ = now_;
}

uv_buf_t UvLoop::read_buffer() { return uv_buf_init(read_buffer_.get(), kReadBufferSize); }

void UvLoop::note_stretch(Nanoseconds stretch) { longest_tick_ = std::max(longest_tick_, stretch); }

Nanoseconds UvLoop::take_longest_tick() { return std::exchange(longest_tick_, Nanoseconds{}); }

void UvLoop::run() {
  running_ = true;
  take_reading();
  polled_ = now_;
  while (!stop_requested_) tick();
  stop_requested_ = false;
  running_ = false;
}

void UvLoop::stop() {
  stop_requested_ = true;
  uv_async_send(&wake_->async);
}

void UvLoop::tick() {
  take_reading();
  const bool timers_done = fire_timers();
  const bool failures_done = report_failures();
  if (timers_done) set_alarm();
  note_stretch(now_ - polled_);
  read_since_poll_ = false;
  callbacks_left_ = 0;
  uv_run(raw(), timers_done && failures_done ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

bool UvLoop::fire_timers() {
  for (int slice = 0; slice < kTimerSlices; ++slice) {
    if (timers_.next_due() > now_) return true;
    timers_.fire_due(now_, kCallbacksPerReading);
    take_reading();
  }
  return timers_.next_due() > now_;
}

void UvLoop::set_alarm() {
  const TimePoint due = timers_.next_due();
  // Ringing too early costs one empty tick; setting it costs a system call. So it moves back only when it has rung:
  // pushing deadlines out with every request costs nothing.
  if (!alarm_->rings && due >= alarm_->set_for) return;
  itimerspec when{};
  if (due != TimePoint::max()) {
    const auto since_boot = std::max(due.time_since_epoch(), Nanoseconds(1));  // zero would disarm it
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    when.it_value.tv_sec = seconds.count();
    when.it_value.tv_nsec = (since_boot - seconds).count();
  }
  timerfd_settime(alarm_->descriptor, TFD_TIMER_ABSTIME, &when, nullptr);
  alarm_->set_for = due;
  alarm_->rings = false;
}

void UvLoop::post(std::function<void()> work) {
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox_.push_back(std::move(work));
  }
  uv_async_send(&wake_->async);
}

void UvLoop::drain_inbox() {
  {
    const std::lock_guard lock(inbox_mutex_);
    batch_.swap(inbox_);
  }
  for (auto& work : batch_) {
    begin_callback();
    work();
    work = nullptr;  // what it owns goes now, not when all are done
  }
  batch_.clear();
}

void UvLoop::fail_later(UvStreamState& stream) { failures_.push_back(&stream); }

void UvLoop::forget(UvStreamState& stream) { std::erase(failures_, &stream); }

bool UvLoop::report_failures() {
  // Only as many as there are now: a receiver that connects anew and fails again must not keep the loop here.
  for (std::size_t left = failures_.size(); left > 0 && !failures_.empty(); --left) {
    UvStreamState& stream = *failures_.front();
    failures_.erase(failures_.begin());
    begin_callback();
    report_failure(stream);
  }
  return failures_.empty();
}

std::unique_ptr<ByteStream> UvLoop::connect(const Address& to, StreamEvents& events) {
  return connect_stream(*this, to, events);
}

Result<std::unique_ptr<Acceptor>> UvLoop::listen(const Address& at,
                                                 std::function<void(std::unique_ptr<ByteStream>)> on_accept,
                                                 ListenOptions options) {
  return make_acceptor(*this, at, std::move(on_accept), options);
}

Result<std::unique_ptr<Acceptor>> UvLoop::listen_local(const std::filesystem::path& path,
                                                       std::function<void(std::unique_ptr<ByteStream>)> on_accept) {
  return make_acceptor(*this, path, std::move(on_accept));
}

Result<std::unique_ptr<ByteStream>> UvLoop::connect_local(const std::filesystem::path& path, StreamEvents& events) {
  const auto to = LocalAddress::of(path);
  if (!to) return fail(Error(to.error()));
  return connect_stream(*this, *to, events);
}

std::unique_ptr<Resolution> UvLoop::resolve(const std::string& host, std::uint16_t port,
                                            std::function<void(std::vector<Address>)> on_done) {
  return make_resolution(*this, host, port, std::move(on_done));
}

Result<std::unique_ptr<Process>> UvLoop::start_process(const ProcessOptions& options, ProcessEvents& events) {
  return make_process(*this, options, events);
}

std::unique_ptr<Loop> make_uv_loop() { return std::make_unique<UvLoop>(); }

}  // namespace thresher::event
