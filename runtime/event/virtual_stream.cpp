#include "event/virtual_stream.h"

#include <algorithm>
#include <utility>

namespace thresher::event {
namespace {

constexpr std::size_t kWindow = 256 << 10;  // unread bytes the "system" takes before a writer has to wait
constexpr std::size_t kChunk = 64 << 10;    // the most one on_bytes() gets: as on UvLoop, a large body comes in pieces

class VirtualStream final : public ByteStream {
 public:
  VirtualStream(std::shared_ptr<VirtualConnection> connection, std::uint8_t side)
      : connection_(std::move(connection)), side_(side) {}
  ~VirtualStream() override {
    if (connection_ != nullptr) connection_->leave(side_, false);
  }

  bool write(std::string_view bytes) override { return connection_ == nullptr || connection_->write(side_, bytes); }
  void finish() override {
    if (connection_ != nullptr) connection_->finish(side_);
  }
  void reset() override {
    if (connection_ != nullptr) std::exchange(connection_, nullptr)->leave(side_, true);
  }
  void pause_reading() override {
    if (connection_ != nullptr) connection_->pause(side_, true);
  }
  void resume_reading() override {
    if (connection_ != nullptr) connection_->pause(side_, false);
  }
  std::size_t queued_bytes() const override { return connection_ == nullptr ? 0 : connection_->queued_bytes(side_); }
  void set_events(StreamEvents& events) override {
    if (connection_ != nullptr) connection_->set_events(side_, events);
  }

 private:
  std::shared_ptr<VirtualConnection> connection_;  ///< null after reset()
  std::uint8_t side_;
};

}  // namespace

VirtualConnection::VirtualConnection(VirtualWorld::State& world, StreamEvents& client) : world_(world) {
  ends_[kClient].events = &client;
  ends_[kClient].there = true;
}

void VirtualConnection::send(std::uint8_t to, VirtualSignal::Kind kind, std::uint64_t position) {
  world_.schedule_arrival(VirtualSignal{shared_from_this(), kind, to, position});
}

void VirtualConnection::look_soon(std::uint8_t side) {
  world_.schedule_now(VirtualSignal{shared_from_this(), VirtualSignal::Kind::look, side});
}

void VirtualConnection::knock(const Address& to) {
  if (!ends_[kClient].there) return;
  const auto listener = world_.find_listener(to);
  if (listener == nullptr) return end(kClient, Outcome::connect_refused);
  ends_[kServer].there = true;
  ends_[kServer].connected = true;
  world_.schedule_now(VirtualSignal{shared_from_this(), VirtualSignal::Kind::connected, kClient});
  listener->on_accept(std::make_unique<VirtualStream>(shared_from_this(), kServer));
}

void VirtualConnection::receive(const VirtualSignal& signal) {
  End& self = ends_[signal.to];
  using Kind = VirtualSignal::Kind;
  if (self.left) {
    if (signal.kind == Kind::bytes) send(other(signal.to), Kind::reset);  // nobody is there to take them
    return;
  }
  if (!self.there || (self.ended && self.broken)) return;
  switch (signal.kind) {
    case Kind::connected:
      self.connected = true;
      self.events->on_connected(world_.now);
      break;
    case Kind::bytes:
      self.arrived = std::max(self.arrived, std::min(signal.position, self.written));
      deliver(signal.to);
      break;
    case Kind::finished:
      if (self.tail == Outcome::ok) self.tail = Outcome::closed;
      deliver(signal.to);
      break;
    case Kind::reset:
      self.tail = Outcome::reset;
      // A paused reader learns of it when it reads again, or at once if it waits for its own bytes to go.
      if (self.paused && self.waiting && self.events != nullptr) {
        end(signal.to, Outcome::reset);
      } else {
        deliver(signal.to);
      }
      break;
    case Kind::window:
      if (!self.waiting || queued_bytes(signal.to) > 0) break;
      self.waiting = false;
      if (self.events != nullptr) self.events->on_drained(world_.now);
      break;
    case Kind::look:
      deliver(signal.to);
      break;
  }
}

void VirtualConnection::deliver(std::uint8_t side) {
  End& self = ends_[side];
  // Asked anew for every call, since each may pause the stream or destroy it.
  while (self.there && self.events != nullptr && self.connected && !self.paused && !self.ended) {
    const auto available = static_cast<std::size_t>(self.arrived - self.read);
    if (available == 0) {
      if (self.tail == Outcome::ok) return;
      return end(side, self.tail);
    }
    const std::size_t size = std::min(available, kChunk);
    world_.chunk.assign(self.bytes, self.head, size);  // a copy: the peer may write meanwhile
    consume(side, size);
    self.events->on_bytes(world_.chunk, world_.now);
  }
}

void VirtualConnection::consume(std::uint8_t side, std::size_t size) {
  End& self = ends_[side];
  self.read += size;
  self.head += size;
  if (self.head == self.bytes.size()) {
    self.bytes.clear();
    self.head = 0;
  } else if (self.head > self.bytes.size() / 2) {
    self.bytes.erase(0, self.head);
    self.head = 0;
  }
  const std::uint8_t writer = other(side);
  if (ends_[writer].waiting && queued_bytes(writer) == 0) send(writer, VirtualSignal::Kind::window);
}

void VirtualConnection::end(std::uint8_t side, Outcome why) {
  End& self = ends_[side];
  if (why != Outcome::closed) self.broken = true;
  if (std::exchange(self.ended, true)) return;
  self.events->on_end(why, world_.now);
}

bool VirtualConnection::write(std::uint8_t from, std::string_view bytes) {
  End& self = ends_[from];
  End& peer = ends_[other(from)];
  if (self.broken || self.finished || bytes.empty()) return queued_bytes(from) == 0;
  if (!peer.left) {
    peer.bytes += bytes;
    peer.written += bytes.size();
  }
  send(other(from), VirtualSignal::Kind::bytes, peer.written);
  if (queued_bytes(from) == 0) return true;
  self.waiting = true;
  return false;
}

std::size_t VirtualConnection::queued_bytes(std::uint8_t from) const {
  const End& peer = ends_[other(from)];
  const auto unread = static_cast<std::size_t>(peer.written - peer.read);
  return unread > kWindow ? unread - kWindow : 0;
}

void VirtualConnection::finish(std::uint8_t from) {
  if (std::exchange(ends_[from].finished, true)) return;
  send(other(from), VirtualSignal::Kind::finished);
}

void VirtualConnection::leave(std::uint8_t from, bool abort) {
  End& self = ends_[from];
  End& peer = ends_[other(from)];
  // What counted as queued had not left this end yet.
  const std::size_t queued = queued_bytes(from);
  peer.written -= queued;
  peer.bytes.resize(peer.bytes.size() - queued);
  peer.arrived = std::min(peer.arrived, peer.written);

  const bool unread = self.arrived > self.read;  // TCP answers such a close with a reset: the peer's bytes are lost
  self.there = false;
  self.left = true;
  self.events = nullptr;
  self.bytes = {};
  self.head = 0;
  self.written = self.arrived = self.read;
  if (self.broken || peer.left) return;
  if (abort || unread) {
    send(other(from), VirtualSignal::Kind::reset);
  } else if (!self.finished) {
    send(other(from), VirtualSignal::Kind::finished);
  }
}

void VirtualConnection::pause(std::uint8_t at, bool paused) {
  if (std::exchange(ends_[at].paused, paused) && !paused) look_soon(at);
}

void VirtualConnection::set_events(std::uint8_t at, StreamEvents& events) {
  ends_[at].events = &events;
  look_soon(at);
}

std::unique_ptr<ByteStream> connect_virtually(VirtualWorld::State& world, std::size_t loop, const Address& to,
                                              StreamEvents& events) {
  auto connection = std::make_shared<VirtualConnection>(world, events);
  world.schedule_arrival(VirtualWork{loop, [connection, to] { connection->knock(to); }});
  return std::make_unique<VirtualStream>(std::move(connection), VirtualConnection::kClient);
}

}  // namespace thresher::event
