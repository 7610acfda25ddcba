#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "event/byte_stream.h"

namespace thresher::test {

/// The test's hold on one FakeStream: what was done to the stream, and the peer and the system it talks to. It survives
/// the stream, which the code under test owns and may destroy in any call.
///
///   FakePeer peer;
///   Codec codec{peer.open(events)};        // the stream, for the code under test
///   peer.connected(now);
///   CHECK(peer.take_written() == "GET / HTTP/1.1\r\n\r\n");
///   peer.send("HTTP/1.1 200 OK\r\n", now);
class FakePeer {
 public:
  /// Once. With `events` for an outgoing stream; an accepted one gets them from its new owner.
  std::unique_ptr<event::ByteStream> open(event::StreamEvents& events) {
    state_->events = &events;
    return open();
  }
  std::unique_ptr<event::ByteStream> open() {
    state_->destroyed = false;
    return std::make_unique<FakeStream>(state_);
  }

  // What the other side does. Nothing reaches a stream that was destroyed or reset.
  void connected(TimePoint now = {}) {
    if (auto* events = receiver()) events->on_connected(now);
  }
  void send(std::string_view bytes, TimePoint now = {}) {
    if (auto* events = receiver()) events->on_bytes(bytes, now);
  }
  void end(Outcome why, TimePoint now = {}) {
    if (auto* events = receiver()) events->on_end(why, now);
  }

  /// The system takes this many more bytes; what is written beyond stays queued until more are allowed or drain().
  void allow(std::size_t bytes) { state_->room = bytes; }
  /// The system takes everything again; tells the stream if it waits for that.
  void drain(TimePoint now = {}) {
    state_->room = kUnlimited;
    state_->written += std::exchange(state_->queued, {});
    if (!std::exchange(state_->owes_drained, false)) return;
    if (auto* events = receiver()) events->on_drained(now);
  }

  // What the stream's owner did.
  const std::string& written() const { return state_->written; }  ///< as far as the system took it
  std::string take_written() { return std::exchange(state_->written, {}); }
  std::size_t writes() const { return state_->writes; }
  bool finished() const { return state_->finished; }
  bool was_reset() const { return state_->reset; }
  bool paused() const { return state_->paused; }
  bool destroyed() const { return state_->destroyed; }

 private:
  static constexpr std::size_t kUnlimited = static_cast<std::size_t>(-1);

  struct State {
    event::StreamEvents* events = nullptr;
    std::string written;
    std::string queued;
    std::size_t room = kUnlimited;
    std::size_t writes = 0;
    bool owes_drained = false;
    bool finished = false;
    bool reset = false;
    bool paused = false;
    bool destroyed = true;
  };

  class FakeStream final : public event::ByteStream {
   public:
    explicit FakeStream(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~FakeStream() override { state_->destroyed = true; }

    bool write(std::string_view bytes) override {
      ++state_->writes;
      const std::size_t taken = state_->queued.empty() ? std::min(bytes.size(), state_->room) : 0;
      if (state_->room != kUnlimited) state_->room -= taken;
      state_->written += bytes.substr(0, taken);
      state_->queued += bytes.substr(taken);
      if (state_->queued.empty()) return true;
      state_->owes_drained = true;
      return false;
    }
    void finish() override { state_->finished = true; }
    void reset() override { state_->reset = true; }
    void pause_reading() override { state_->paused = true; }
    void resume_reading() override { state_->paused = false; }
    std::size_t queued_bytes() const override { return state_->queued.size(); }
    void set_events(event::StreamEvents& events) override { state_->events = &events; }

   private:
    std::shared_ptr<State> state_;
  };

  event::StreamEvents* receiver() const { return state_->destroyed || state_->reset ? nullptr : state_->events; }

  std::shared_ptr<State> state_ =
      std::make_shared<State>();  ///< of the test and of the stream, either of which may go first
};

}  // namespace thresher::test
