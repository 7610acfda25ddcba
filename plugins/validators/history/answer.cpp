#include "history/answer.h"

#include <array>
#include <utility>

namespace history {
namespace {

using Word = std::pair<std::string_view, Status>;

/// The words of contract and of platforms seen in the wild; the commonest first, since this is a linear search on the
/// hot path.
constexpr std::array kWords = {
    Word{"completed", Status::completed}, Word{"failed", Status::failed},
    Word{"retried", Status::retried},     Word{"timeout", Status::timeout},
    Word{"skipped", Status::skipped},     Word{"compensated", Status::compensated},
    Word{"cancelled", Status::cancelled}, Word{"completed_with_failures", Status::completed_with_failures},
    Word{"partial", Status::partial},     Word{"running", Status::running},
    Word{"queued", Status::pending},      Word{"pending", Status::pending},
    Word{"accepted", Status::pending},    Word{"submitted", Status::pending},
    Word{"waiting", Status::pending},     Word{"success", Status::completed},
    Word{"succeeded", Status::completed}, Word{"error", Status::failed},
    Word{"in_progress", Status::running}, Word{"executing", Status::running},
    Word{"processing", Status::running},  Word{"timed_out", Status::timeout},
    Word{"canceled", Status::cancelled}};

}  // namespace

Status status_of(std::string_view word) {
  if (word.empty()) return Status::none;
  for (const auto& [text, status] : kWords)
    if (text == word) return status;
  return Status::unknown;
}

bool is_terminal(Status status) { return status >= Status::completed; }

bool has_succeeded(Status status) {
  return status == Status::completed || status == Status::retried || status == Status::compensated;
}

void Answer::clear() {
  Answer fresh;
  const auto reuse = [](auto& into, auto& from) {
    into.swap(from);
    into.clear();
  };
  reuse(fresh.workflows, workflows);
  reuse(fresh.tasks, tasks);
  reuse(fresh.attempts, attempts);
  reuse(fresh.effects, effects);
  reuse(fresh.compensations, compensations);
  *this = std::move(fresh);
}

}  // namespace history
