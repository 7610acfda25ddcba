#include "engine/worker.h"

#include <time.h>

#include <algorithm>
#include <utility>

namespace thresher::engine {

Result<std::unique_ptr<Worker>> Worker::create(const Place& place, const RunnerFactory& factory) {
  std::unique_ptr<Worker> worker{new Worker(place)};
  auto runner = factory({.index = place.index,
                         .workers = place.workers,
                         .plan = place.plan,
                         .loop = place.loop,
                         .recorder = worker->recorder_.get(),
                         .run = worker.get(),
                         .events = &worker->events_});
  if (!runner) return fail(std::move(runner.error()));
  worker->runner_ = std::move(*runner);
  worker->load_ = std::make_unique<Load>(Load::Options{.plan = place.plan,
                                                       .worker = place.index,
                                                       .workers = place.workers,
                                                       .shortest_cycle = place.shortest_cycle,
                                                       .earlier = place.earlier.get(),
                                                       .clock = place.loop,
                                                       .recorder = worker->recorder_.get(),
                                                       .runner = worker->runner_.get(),
                                                       .alarm = worker.get()});
  worker->events_.open(*worker->load_);
  return worker;
}

Worker::Worker(const Place& place)
    : place_(place),
      recorder_(metrics::Recorder::create(place.index, place.recorder)),
      loop_lag_(recorder_->trend(builtin("loop_lag"), {})),
      timer_(place.loop->timers(), [this](TimePoint now) { on_timer(now); }) {}

Worker::~Worker() {
  if (load_) load_->close();  // what the runner still says while it is torn down is not for the books
  runner_.reset();
}

void Worker::setup() {
  runner_->setup([outbox = place_.outbox](const Result<std::string>& data) {
    outbox.send([data](WorkerNews& news) { news.setup_done(data); });
  });
}

void Worker::begin_load(const std::string& setup_data, TimePoint origin) {
  runner_->set_setup_data(setup_data);
  cpu_at_start_ = thread_cpu();
  place_.loop->take_longest_tick();  // loading the scripts took long; it is not the load's
  load_->start(origin);
  ring_at(origin);
}

void Worker::pause() { load_->pause(place_.loop->now()); }
void Worker::resume() { load_->resume(place_.loop->now()); }
void Worker::scale_users(std::uint64_t users) { (void)load_->scale_users(place_.loop->now(), users); }
void Worker::scale_rate(double per_s) { (void)load_->scale_rate(place_.loop->now(), per_s); }

void Worker::stop(Nanoseconds grace) {
  load_->stop(place_.loop->now(), grace);
  tell_if_finished();
}

void Worker::kill() {
  load_->kill(place_.loop->now());
  tell_if_finished();
}

void Worker::teardown(const std::string& setup_data) {
  runner_->teardown(setup_data, [outbox = place_.outbox](const Result<void>& result) {
    outbox.send([result](WorkerNews& news) { news.teardown_done(result); });
  });
}

void Worker::send_reading() {
  loop_lag_.add(place_.loop->take_longest_tick());
  auto reading = std::make_shared<WorkerReading>();
  reading->worker = place_.index;
  reading->tally = load_->tally();
  reading->dropped = load_->dropped();
  reading->abandoned_users = load_->abandoned();
  reading->cpu = thread_cpu() - cpu_at_start_;
  reading->user_iterations = load_->user_iterations();
  reading->history = std::exchange(history_, {});
  reading->delta = recorder_->take(place_.loop->now());
  place_.outbox.send([reading](WorkerNews& news) { news.read(reading); });
}

void Worker::abort(std::string why) {
  place_.outbox.send([why = std::move(why)](WorkerNews& news) { news.abort_asked(why); });
}

void Worker::mark_failed(std::string why) {
  place_.outbox.send([why = std::move(why)](WorkerNews& news) { news.failure_marked(why); });
}

void Worker::say(std::string line) {
  place_.outbox.send([line = std::move(line)](WorkerNews& news) { news.said(line); });
}

void Worker::record(std::string event) { history_.push_back({place_.loop->now(), std::move(event)}); }

void Worker::ring_at(TimePoint at) {
  if (timer_.armed() && timer_.due() <= at) return;
  armed_at_ = place_.loop->now();
  timer_.start_at(at);
}

void Worker::on_timer(TimePoint now) {
  loop_lag_.add(std::max(now - std::max(timer_.due(), armed_at_), Nanoseconds{}));
  advance(now);
}

void Worker::advance(TimePoint now) {
  const TimePoint next = load_->advance(now);
  if (next <= now) {
    go_on_later();
  } else {
    armed_at_ = now;
    timer_.start_at(next);
  }
  tell_if_finished();
}

/// What is left over waits until the loop has been at its sockets. A timer would not do: one that is due fires before
/// they do.
void Worker::go_on_later() {
  if (going_on_) return;
  going_on_ = true;
  place_.loop->post([this, alive = std::weak_ptr<const bool>(alive_)] {
    if (alive.expired()) return;
    going_on_ = false;
    advance(place_.loop->now());
  });
}

void Worker::tell_if_finished() {
  if (!load_->finished() || finish_told_) return;
  finish_told_ = true;
  timer_.cancel();
  place_.outbox.send([index = place_.index](WorkerNews& news) { news.load_finished(index); });
}

Nanoseconds Worker::thread_cpu() const {
  if (!place_.own_thread) return {};
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + Nanoseconds(spent.tv_nsec);
}

}  // namespace thresher::engine
