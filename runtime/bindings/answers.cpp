#include "bindings/answers.h"

#include <utility>

namespace thresher::bindings {

Answers::Answers(event::Loop& loop, std::function<void(User&, RecoveryAnswer)> deliver) : deliver_(std::move(deliver)) {
  gate_->loop = &loop;
  gate_->owner = this;
}

Answers::~Answers() {
  const std::lock_guard lock(gate_->mutex);
  gate_->loop = nullptr;
  gate_->owner = nullptr;
}

std::function<void(RecoveryAnswer)> Answers::expect(User& user) {
  const std::uint64_t ticket = ++tickets_;
  waiting_.emplace(ticket, &user);
  return [gate = gate_, ticket](RecoveryAnswer answer) {
    const std::lock_guard lock(gate->mutex);
    if (gate->loop == nullptr) return;
    gate->loop->post([gate, ticket, answer = std::move(answer)]() mutable {
      if (gate->owner != nullptr) gate->owner->arrived(ticket, std::move(answer));
    });
  };
}

void Answers::forget(const User& user) {
  std::erase_if(waiting_, [&user](const auto& entry) { return entry.second == &user; });
}

void Answers::arrived(std::uint64_t ticket, RecoveryAnswer answer) {
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return;
  User& user = *found->second;
  waiting_.erase(found);
  deliver_(user, std::move(answer));
}

}  // namespace thresher::bindings
