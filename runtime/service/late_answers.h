#pragma once

#include <memory>
#include <vector>

#include "event/loop.h"
#include "http/server.h"
#include "plugin/target.h"

namespace thresher::service {

/// Gives a target's answers when their time has come. Those that wait sit in slots with a timer each; slots are
/// recycled, so that a busy stand-in soon allocates no more of them. A client that goes away frees its slot at once.
class LateAnswers {
 public:
  explicit LateAnswers(event::Loop& loop);
  ~LateAnswers();  ///< drops what still waits: their connections are closed
  LateAnswers(const LateAnswers&) = delete;
  LateAnswers& operator=(const LateAnswers&) = delete;

  /// Answers now or `answer.after` later, a stream piece by piece in its time; for AnswerKind::never, and after a
  /// stream that is held, keeps the request until its client goes away.
  void give(std::unique_ptr<http::Responder> responder, plugin::TargetAnswer answer);

  /// How many wait, and how many slots were ever made.
  std::size_t waiting() const { return slots_.size() - free_.size(); }
  std::size_t slots() const { return slots_.size(); }

 private:
  struct Slot;

  event::Loop& loop_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;
};

}  // namespace thresher::service
