#include "event/virtual_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "event/virtual_internal.h"
#include "event/virtual_stream.h"

namespace thresher::event {
namespace {
constexpr std::uint16_t kEphemeralFirst = 49152;  // RFC 6335, 6
constexpr std::uint16_t kPortLast = 65535;
}  // namespace

VirtualWorld::State::State(VirtualNetworkOptions network) : options(network) {}

VirtualWorld::State::~State() {
  closing = true;  // what is dropped now may own streams, which would tell their peers
  soon.clear();
  arrivals.clear();
}

void VirtualWorld::State::append(Lane& lane, TimePoint at, VirtualPayload payload) {
  if (!closing) lane.push_back({at, scheduled++, std::move(payload)});
}

void VirtualWorld::State::dispatch(Event event) {
  if (const auto* signal = std::get_if<VirtualSignal>(&event.payload)) {
    signal->connection->receive(*signal);
  } else if (const auto& work = std::get<VirtualWork>(event.payload); loops[work.loop] != nullptr) {
    work.run();
  }
}

bool VirtualWorld::State::step(TimePoint until) {
  Lane* lane = nullptr;
  TimePoint due = TimePoint::max();
  if (!arrivals.empty()) {
    lane = &arrivals;
    due = arrivals.front().at;
  }
  if (!soon.empty() &&
      (soon.front().at < due || (soon.front().at == due && soon.front().order < lane->front().order))) {
    lane = &soon;
    due = soon.front().at;
  }
  // At the same instant events come before timers, and the timers of an older loop before those of a younger.
  Loop* ringing = nullptr;
  for (Loop* loop : loops) {
    if (loop == nullptr || loop->timers().next_due() == TimePoint::max()) continue;
    if (const TimePoint alarm = std::max(loop->timers().next_due(), now); alarm < due) {
      ringing = loop;
      due = alarm;
    }
  }
  if ((lane == nullptr && ringing == nullptr) || due > until) return false;

  now = due;
  if (ringing != nullptr) {
    ringing->timers().fire_due(now);
  } else {
    Event event = std::move(lane->front());
    lane->pop_front();
    dispatch(std::move(event));
  }
  return true;
}

bool VirtualWorld::State::in_use(std::uint16_t port) {
  const auto found = listeners.find(port);
  if (found == listeners.end()) return false;
  std::erase_if(found->second, [](const auto& weak) { return weak.expired(); });
  return !found->second.empty();
}

Result<std::shared_ptr<VirtualListener>> VirtualWorld::State::listen(VirtualListener listener) {
  const auto overlaps = [&](const std::weak_ptr<VirtualListener>& weak) {
    const auto other = weak.lock();
    if (other == nullptr || (other->shared_port && listener.shared_port)) return false;
    return other->at == listener.at ||
           (other->at.family == listener.at.family && (other->at.is_wildcard() || listener.at.is_wildcard()));
  };
  if (listener.at.port == 0) {
    while (in_use(ephemeral)) ephemeral = ephemeral == kPortLast ? kEphemeralFirst : ephemeral + 1;
    listener.at.port = ephemeral;
  }
  auto& there = listeners[listener.at.port];
  if (std::any_of(there.begin(), there.end(), overlaps)) {
    return fail(ErrorCode::io, fmt::format("cannot listen on {}: address already in use", listener.at.text()));
  }
  auto shared = std::make_shared<VirtualListener>(std::move(listener));
  there.push_back(shared);
  return shared;
}

std::shared_ptr<VirtualListener> VirtualWorld::State::find_listener(const Address& to) {
  if (!in_use(to.port)) return nullptr;
  std::vector<std::shared_ptr<VirtualListener>> willing;
  for (const auto& weak : listeners[to.port]) {
    auto listener = weak.lock();
    // :: takes IPv4 connections, too, as Linux does unless told otherwise.
    if (listener->at == to || (listener->at.is_wildcard() &&
                               (listener->at.family == to.family || listener->at.family == Address::Family::ipv6))) {
      willing.push_back(std::move(listener));
    }
  }
  if (willing.empty()) return nullptr;
  return willing[shared_turn++ % willing.size()];
}

VirtualWorld::VirtualWorld(VirtualNetworkOptions options) : state_(std::make_unique<State>(options)) {}
VirtualWorld::~VirtualWorld() = default;

TimePoint VirtualWorld::now() const { return state_->now; }

void VirtualWorld::run_until(TimePoint until) {
  while (!state_->stop_requested && state_->step(until)) {
  }
  if (!std::exchange(state_->stop_requested, false) && until != TimePoint::max()) {
    state_->now = std::max(state_->now, until);
  }
}

}  // namespace thresher::event
