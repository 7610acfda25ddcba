#include "service/live/event_reader.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::service {
namespace {

constexpr std::string_view kHeaders =
    "Content-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    "X-Accel-Buffering: no\r\n";

}  // namespace

EventReader::EventReader(event::Loop& loop, std::unique_ptr<http::Responder> responder)
    : loop_(loop), responder_(std::move(responder)), written_at_(loop.now()) {
  responder_->on_gone([this] { gone_ = true; });
  responder_->on_writable([this] { catch_up(); });
  responder_->begin_stream(200, kHeaders);
  write(fmt::format("retry: {}\n\n", kReconnect / std::chrono::milliseconds(1)));
}

void EventReader::write(const std::string& bytes) {
  if (gone_) return;
  written_at_ = loop_.now();
  if (!responder_->write_chunk(bytes)) lagging_ = true;
}

void EventReader::second(const Frame& frame) {
  if (lagging_)
    second_waiting_ = frame;
  else
    write(*frame);
}

void EventReader::other(const Frame& frame) {
  if (!lagging_) return write(*frame);
  waiting_.push_back(frame);
  if (waiting_.size() > kMostWaiting) waiting_.pop_front();
}

void EventReader::last(const Frame& frame) {
  last_waiting_ = frame;
  if (!lagging_) catch_up();
}

void EventReader::finish() {
  if (!std::exchange(gone_, true)) responder_->finish_stream();
}

void EventReader::catch_up() {
  lagging_ = false;
  while (!lagging_ && !gone_) {
    if (!waiting_.empty()) {
      const Frame frame = std::move(waiting_.front());
      waiting_.pop_front();
      write(*frame);
    } else if (second_waiting_) {
      write(*std::exchange(second_waiting_, nullptr));
    } else if (last_waiting_) {
      write(*std::exchange(last_waiting_, nullptr));
      finish();
    } else {
      return;
    }
  }
}

void EventReader::tick() {
  if (!lagging_ && loop_.now() - written_at_ >= kHeartbeat) write(":\n\n");
}

std::string event_frame(std::uint64_t id, std::string_view event, std::string_view data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, event, data);
}

}  // namespace thresher::service
