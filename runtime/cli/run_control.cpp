#include "cli/run_control.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/log.h"
#include "control/directory.h"
#include "engine/shape.h"
#include "store/run_store.h"

namespace thresher::cli {
namespace {

using control::Order;
using engine::Phase;

report::LiveIdentity live_identity(const RemoteControl::Identity& identity) {
  const long process = ::getpid();
  return {identity.history_id.empty() ? fmt::format("p{}", process) : identity.history_id, identity.name, process};
}

Phase phase_called(std::string_view name) {
  for (const Phase phase :
       {Phase::preparing, Phase::setup, Phase::running, Phase::paused, Phase::stopping, Phase::teardown})
    if (name_of(phase) == name) return phase;
  return Phase::finished;
}

/// Whether a run that is stopped is one cut short. One without an end of its own is over when somebody says so.
bool has_an_end(const profile::Plan& plan) {
  return plan.iterations > 0 || engine::shape_length(plan) != Nanoseconds::max();
}

}  // namespace

RemoteControl::RemoteControl(engine::Run& run, event::Loop& coordinator, const report::RunDescription& description,
                             Identity identity)
    : run_(run),
      coordinator_(coordinator),
      description_(description),
      identity_(std::move(identity)),
      described_(report::live_run_text(description_, live_identity(identity_))),
      digest_(description_) {}

RemoteControl::~RemoteControl() = default;

std::unique_ptr<RemoteControl> RemoteControl::open(engine::Run& run, event::Loop& coordinator,
                                                   const report::RunDescription& description, Identity identity) {
  std::unique_ptr<RemoteControl> made(new RemoteControl(run, coordinator, description, std::move(identity)));
  if (const auto listening = made->listen(); !listening) {
    log::warn("this run cannot be watched or steered from outside: {}", to_text(listening.error()));
    return nullptr;
  }
  return made;
}

Result<void> RemoteControl::listen() {
  const auto folder = control::socket_folder();
  if (!folder) return fail(Error(folder.error()));
  auto server = control::Server::start(control::socket_of(*folder, live_identity(identity_).id),
                                       [this](Order order, Done done) { obey(std::move(order), std::move(done)); });
  if (!server) return fail(std::move(server.error()));
  server_ = std::move(*server);
  server_->begin(described_);
  for (std::string& point : digest_.points_before()) server_->second({}, std::move(point));
  return {};
}

// ---- what is told

void RemoteControl::on_event(const engine::RunEvent& event) {
  if (event.kind == engine::RunEvent::Kind::phase_changed) phase_ = phase_called(event.text);
  server_->log(report::live_log_text(event));
}

void RemoteControl::on_second(const engine::Snapshot& snapshot) {
  tell(snapshot);
  take_orders();
}

void RemoteControl::on_finish(const engine::Snapshot& snapshot) {
  tell(snapshot);
  take_orders();
}

void RemoteControl::tell(const engine::Snapshot& snapshot) {
  last_ = snapshot;
  digest_.second_passed(snapshot);
  server_->second(server_->watched() ? digest_.text(snapshot) : std::string(), digest_.point());
}

void RemoteControl::conclude(const report::Verdict& verdict, int exit_code,
                             const std::vector<std::filesystem::path>& files) {
  server_->end(report::live_end_text(verdict, exit_code, identity_.history_id, files));
}

std::string RemoteControl::status() {
  std::string second = "null";
  if (last_.totals != nullptr) {
    last_.phase = phase_;
    second = digest_.text(last_);
  }
  return fmt::format(R"({{"run":{},"phase":"{}","second":{}}})", described_, name_of(phase_), second);
}

// ---- what is ordered

/// The socket's thread.
void RemoteControl::obey(Order order, Done done) {
  if (auto admitted = admits(order); !admitted) return done(fail(std::move(admitted.error())));
  // A commit may wait for the disk, which the coordinator must not.
  if (order.kind == Order::Kind::note)
    if (auto annotated = annotate(order.text); !annotated) return done(fail(std::move(annotated.error())));
  auto work = [this, order = std::move(order), done = std::move(done)] { done(carry_out(order)); };
  if (!description_.rehearsal) return coordinator_.post(std::move(work));
  const std::lock_guard lock(mutex_);
  orders_.push_back(std::move(work));
}

Result<void> RemoteControl::admits(const Order& order) const {
  const bool steers =
      order.kind == Order::Kind::pause || order.kind == Order::Kind::resume || order.kind == Order::Kind::scale;
  if (!steers || !description_.rehearsal) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("a rehearsal takes no {}: its time is virtual, and its figures are those of its seed alone",
                          name_of(order.kind)));
}

Result<void> RemoteControl::annotate(const std::string& text) const {
  if (identity_.history_id.empty()) return {};
  const auto location = store::locate_history();
  if (!location) return fail(Error(location.error()));
  auto store = store::RunStore::open(*location);
  if (!store) return fail(std::move(store.error()));
  return (*store)->annotate(identity_.history_id, text);
}

/// Outside an observer's call, and so in an event of its own.
void RemoteControl::take_orders() {
  std::vector<std::function<void()>> orders;
  {
    const std::lock_guard lock(mutex_);
    orders.swap(orders_);
  }
  for (auto& order : orders) coordinator_.post(std::move(order));
}

Result<std::string> RemoteControl::carry_out(const Order& order) {
  engine::RunControl& run = run_.control();
  Result<void> done;
  if (phase_ == Phase::finished && order.kind != Order::Kind::status)
    return fail(ErrorCode::invalid_argument, "the run has ended");
  switch (order.kind) {
    case Order::Kind::status:
      return status();
    case Order::Kind::pause:
      done = run.pause();
      break;
    case Order::Kind::resume:
      done = run.resume();
      break;
    case Order::Kind::scale:
      done = scale(order);
      break;
    case Order::Kind::stop:
      run.stop(has_an_end(run_.plan()) ? engine::StopReason::interrupted : engine::StopReason::externally_stopped);
      break;
    case Order::Kind::kill:
      run.kill();
      break;
    case Order::Kind::note:
      run.note("note: " + order.text);
      break;
    case Order::Kind::watch:  // the server's
      break;
  }
  if (!done) return fail(std::move(done.error()));
  return std::string();
}

Result<void> RemoteControl::scale(const Order& order) {
  if (phase_ != Phase::running && phase_ != Phase::paused)
    return fail(ErrorCode::invalid_argument, fmt::format("a run that is {} cannot be scaled", name_of(phase_)));
  return order.users ? run_.control().scale_users(*order.users) : run_.control().scale_rate(order.rate.value_or(0));
}

}  // namespace thresher::cli
