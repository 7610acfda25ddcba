#include "control/caller.h"

#include <utility>

#include "control/server.h"

namespace thresher::control {
namespace {

constexpr std::size_t kLongestQuestion = 16 << 10;  // bytes: a note of 1000, escaped, and room
constexpr std::size_t kMostPending = 1000;          // questions; then reading waits for answers

}  // namespace

Caller::Caller(std::uint64_t number, std::unique_ptr<event::ByteStream> stream, Callee& callee)
    : number_(number), stream_(std::move(stream)), callee_(callee), lines_(kLongestQuestion) {
  stream_->set_events(*this);
}

bool Caller::lags() const { return stream_->queued_bytes() > Server::kMostQueued; }

void Caller::on_bytes(std::string_view bytes, TimePoint) {
  const bool ours = lines_.add(bytes, [this](std::string_view line) {
    read(line);
    return true;
  });
  if (!ours) {
    flush();
    return callee_.gone(*this);
  }
  if (lags() || pending_.size() > kMostPending) stream_->pause_reading();
  send_answers();
}

void Caller::read(std::string_view line) {
  auto question = parse_question(line);
  const std::uint64_t place = first_ + pending_.size();
  pending_.emplace_back();
  if (!question) {
    pending_.back().line = refusal_line(ask_of(line), question.error());
    return;
  }
  pending_.back().ask = question->ask;
  pending_.back().watch = question->order.kind == Order::Kind::watch;
  if (pending_.back().watch)
    pending_.back().line = answer_line(question->ask, {});
  else
    callee_.obey(*this, place, std::move(question->order));
}

void Caller::answer(std::uint64_t place, const Result<std::string>& result) {
  if (place < first_) return;  // it was refused when this began to leave
  Pending& pending = pending_[static_cast<std::size_t>(place - first_)];
  pending.line = result ? answer_line(pending.ask, *result) : refusal_line(pending.ask, result.error());
  send_answers();
}

bool Caller::flush() {
  bool watch = false;
  for (; !pending_.empty() && !pending_.front().line.empty(); pending_.pop_front(), ++first_) {
    stream_->write(pending_.front().line);
    watch = watch || pending_.front().watch;
  }
  return watch;
}

/// May end in this caller's destruction.
void Caller::send_answers() {
  const bool watch = flush();
  if (peer_finished_ || leaving_) {
    if (pending_.empty()) leave();
    return;
  }
  if (!lags() && pending_.size() <= kMostPending) stream_->resume_reading();
  if (watch && !std::exchange(watching_, true)) callee_.watches(*this);
}

void Caller::tell(std::string_view line) {
  if (watching_ && !leaving_ && !lags()) stream_->write(line);
}

void Caller::leave() {
  if (std::exchange(leaving_, true)) return;
  for (Pending& pending : pending_)
    if (pending.line.empty()) pending.line = refusal_line(pending.ask, {ErrorCode::cancelled, "the run has ended", {}});
  flush();
  stream_->finish();
  if (peer_finished_ && idle()) callee_.gone(*this);
}

void Caller::on_drained(TimePoint) {
  if (leaving_ && peer_finished_) return callee_.gone(*this);
  if (!peer_finished_) stream_->resume_reading();
}

void Caller::on_end(Outcome why, TimePoint) {
  if (why != Outcome::closed || watching_ || leaving_) return callee_.gone(*this);
  peer_finished_ = true;
  if (pending_.empty()) leave();
}

}  // namespace thresher::control
