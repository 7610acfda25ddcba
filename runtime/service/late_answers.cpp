#include "service/late_answers.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::service {
namespace {

/// The head with the length of the whole body, and half of the body.
std::string half_of(const plugin::TargetAnswer& answer) {
  return fmt::format("HTTP/1.1 {} {}\r\n{}Content-Length: {}\r\n\r\n{}", answer.status,
                     http::reason_phrase(answer.status), answer.headers, answer.body.size(),
                     std::string_view(answer.body).substr(0, answer.body.size() / 2));
}

void perform(http::Responder& responder, const plugin::TargetAnswer& answer) {
  switch (answer.kind) {
    case plugin::AnswerKind::whole:
      responder.respond(answer.status, answer.headers, answer.body);
      break;
    case plugin::AnswerKind::reset:
      responder.reset();
      break;
    case plugin::AnswerKind::truncate:
      responder.respond_raw(half_of(answer), true);
      break;
    case plugin::AnswerKind::garbage:
      responder.respond_raw(answer.body, true);
      break;
    case plugin::AnswerKind::never:
    case plugin::AnswerKind::stream:  // takes more than one go: Slot::pour
      break;
  }
}

}  // namespace

struct LateAnswers::Slot {
  explicit Slot(LateAnswers& owner) : timer(owner.loop_.timers(), [this, &owner](TimePoint) { on_time(owner); }) {}

  /// The time has come to answer or to go on answering, or to forget a client that went away.
  void on_time(LateAnswers& owner) {
    if (!gone && answer.kind == plugin::AnswerKind::stream) {
      if (pour()) return;
    } else if (!gone) {
      perform(*responder, answer);
    }
    responder.reset();
    owner.free_.push_back(this);
  }

  /// Sends what is due of a stream; whether the slot is still needed. The next piece is due counting from when this one
  /// was, not from when it was sent: lateness does not add up.
  bool pour() {
    if (!std::exchange(begun, true))
      responder->begin_stream(answer.status, answer.headers);
    else if (sent < answer.pieces.size())
      responder->write_chunk(answer.pieces[sent++].bytes);
    while (!gone && sent < answer.pieces.size() && answer.pieces[sent].after <= Nanoseconds{0})
      responder->write_chunk(answer.pieces[sent++].bytes);
    if (gone) return true;  // on_gone has set the timer
    if (sent < answer.pieces.size()) {
      timer.start_at(timer.due() + answer.pieces[sent].after);
      return true;
    }
    if (answer.stream_end == plugin::StreamEnd::finish) responder->finish_stream();
    if (answer.stream_end == plugin::StreamEnd::reset) responder->reset();
    return answer.stream_end == plugin::StreamEnd::hold;
  }

  event::Timer timer;
  std::unique_ptr<http::Responder> responder;
  plugin::TargetAnswer answer;
  bool gone = false;
  bool begun = false;    ///< the head of a stream is sent
  std::size_t sent = 0;  ///< pieces of it
};

LateAnswers::LateAnswers(event::Loop& loop) : loop_(loop) {}
LateAnswers::~LateAnswers() = default;

void LateAnswers::give(std::unique_ptr<http::Responder> responder, plugin::TargetAnswer answer) {
  const bool never = answer.kind == plugin::AnswerKind::never;
  const bool streams = answer.kind == plugin::AnswerKind::stream;
  if (!never && !streams && answer.after <= Nanoseconds{0}) {
    perform(*responder, answer);
    return;
  }
  if (free_.empty()) {
    slots_.push_back(std::make_unique<Slot>(*this));
    free_.reserve(slots_.capacity());
    free_.push_back(slots_.back().get());
  }
  Slot& slot = *free_.back();
  free_.pop_back();
  slot.responder = std::move(responder);
  slot.answer = std::move(answer);
  slot.gone = false;
  slot.begun = false;
  slot.sent = 0;
  // The responder is let go in the next round of timers, not inside its own callback.
  slot.responder->on_gone([this, &slot] {
    slot.gone = true;
    slot.timer.start_at(loop_.now());
  });
  if (!never) slot.timer.start_at(loop_.now() + slot.answer.after);
}

}  // namespace thresher::service
