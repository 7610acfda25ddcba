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
      break;
  }
}

}  // namespace

struct LateAnswers::Slot {
  explicit Slot(LateAnswers& owner) : timer(owner.loop_.timers(), [this, &owner](TimePoint) { finish(owner); }) {}

  /// The time has come to answer, or to forget a client that went away.
  void finish(LateAnswers& owner) {
    if (!gone) perform(*responder, answer);
    responder.reset();
    owner.free_.push_back(this);
  }

  event::Timer timer;
  std::unique_ptr<http::Responder> responder;
  plugin::TargetAnswer answer;
  bool gone = false;
};

LateAnswers::LateAnswers(event::Loop& loop) : loop_(loop) {}
LateAnswers::~LateAnswers() = default;

void LateAnswers::give(std::unique_ptr<http::Responder> responder, plugin::TargetAnswer answer) {
  const bool never = answer.kind == plugin::AnswerKind::never;
  if (!never && answer.after <= Nanoseconds{0}) {
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
  // The responder is let go in the next round of timers, not inside its own callback.
  slot.responder->on_gone([this, &slot] {
    slot.gone = true;
    slot.timer.start_at(loop_.now());
  });
  if (!never) slot.timer.start_at(loop_.now() + slot.answer.after);
}

}  // namespace thresher::service
