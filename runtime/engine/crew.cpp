#include "engine/crew.h"

#include <system_error>
#include <utility>

namespace thresher::engine {

namespace {
/// In virtual time an iteration that takes none and thinks not at all would hold the clock still for ever.
constexpr Nanoseconds kShortestVirtualCycle = std::chrono::milliseconds(1);
}  // namespace

Crew::Crew(const profile::Plan& plan, event::Loop& coordinator, const Fabric& fabric, RunnerFactory factory,
           metrics::RecorderOptions recorder, std::shared_ptr<const Progress> earlier, WorkerNews& news)
    : plan_(plan),
      workers_(plan.workers > 0 ? plan.workers : 1),
      coordinator_(coordinator),
      fabric_(fabric),
      factory_(std::move(factory)),
      recorder_(std::move(recorder)),
      earlier_(std::move(earlier)),
      news_(news) {}

Crew::~Crew() {
  for (const auto& seat : seats_) {
    seat->outbox.close();
    if (threads_.empty()) seat->worker.reset();
  }
  for (unsigned i = 0; i < threads_.size(); ++i) {
    if (threads_[i].joinable()) seats_[i]->loop->post([seat = seats_[i].get()] { seat->leave(); });
  }
  disband();
}

void Crew::Seat::leave() {
  worker.reset();
  loop->stop();
}

void Crew::disband() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Crew::hire() {
  for (unsigned i = 0; i < workers_; ++i) {
    seats_.push_back(std::make_shared<Seat>());
    Seat& seat = *seats_.back();
    seat.loop = fabric_.make_loop(i);
    seat.outbox = Outbox{coordinator_, news_};
    seat.plan = std::make_unique<const profile::Plan>(plan_);
    seat.factory = factory_;
    take_seat(i);
  }
  if (!fabric_.threads) return;
  for (unsigned i = 0; i < workers_; ++i) {
    try {
      threads_.emplace_back([seat = seats_[i]] { seat->loop->run(); });
    } catch (const std::system_error& error) {
      threads_.emplace_back();  // nobody will take this seat; keeps the vectors parallel
      seats_[i]->outbox.send([i, why = std::string(error.what())](WorkerNews& news) {
        news.prepared(i, fail(ErrorCode::internal, "a thread for a worker: " + why));
      });
    }
  }
}

void Crew::take_seat(unsigned index) {
  const std::shared_ptr<Seat>& seat = seats_[index];
  const Worker::Place place{.index = index,
                            .workers = workers_,
                            .plan = seat->plan.get(),
                            .loop = seat->loop.get(),
                            .recorder = recorder_,
                            .earlier = earlier_,
                            .own_thread = fabric_.threads,
                            .shortest_cycle = fabric_.threads ? Nanoseconds{} : kShortestVirtualCycle,
                            .outbox = seat->outbox};
  seat->loop->post([seat = seat.get(), place] {
    auto worker = Worker::create(place, seat->factory);
    Result<IterationRunner*> answer = nullptr;
    if (worker) {
      seat->worker = std::move(*worker);
      answer = &seat->worker->runner();
    } else {
      answer = fail(std::move(worker.error()));
    }
    seat->outbox.send([index = place.index, answer](WorkerNews& news) { news.prepared(index, answer); });
  });
}

void Crew::tell(unsigned worker, std::function<void(Worker&)> order) {
  Seat* seat = seats_[worker].get();
  if (seat->abandoned) return;
  seat->loop->post([seat, order = std::move(order)] {
    if (seat->worker) order(*seat->worker);
  });
}

void Crew::tell_all(const std::function<void(Worker&)>& order) {
  for (unsigned i = 0; i < workers_; ++i) tell(i, order);
}

void Crew::dismiss(unsigned worker) {
  Seat* seat = seats_[worker].get();
  if (seat->abandoned) return;
  seat->loop->post([seat, worker, threads = fabric_.threads] {
    if (seat->worker) seat->worker->send_reading();
    seat->worker.reset();
    seat->outbox.send([worker](WorkerNews& news) { news.left(worker); });
    if (threads) seat->loop->stop();
  });
}

void Crew::abandon(unsigned worker) {
  Seat& seat = *seats_[worker];
  seat.abandoned = true;
  seat.outbox.close();
  seat.loop->post([seat = &seat] { seat->leave(); });  // should it come back after all
  if (!threads_.empty() && threads_[worker].joinable()) threads_[worker].detach();
}

}  // namespace thresher::engine
