#include "engine/reading_round.h"

#include <algorithm>
#include <utility>

namespace thresher::engine {

std::vector<unsigned> ReadingRound::begin() {
  open_ = true;
  std::vector<unsigned> ask;
  for (unsigned i = 0; i < owes_.size(); ++i) {
    if (gone_[i]) continue;
    if (owes_[i]) {
      ++late_[i];
    } else {
      owes_[i] = true;
      ask.push_back(i);
    }
  }
  return ask;
}

void ReadingRound::add(std::shared_ptr<WorkerReading> reading) {
  owes_[reading->worker] = false;
  answers_.push_back(std::move(reading));
}

void ReadingRound::gone(unsigned worker) {
  gone_[worker] = true;
  owes_[worker] = false;
}

bool ReadingRound::complete() const { return std::find(owes_.begin(), owes_.end(), true) == owes_.end(); }

std::vector<std::shared_ptr<WorkerReading>> ReadingRound::take() {
  open_ = false;
  std::stable_sort(answers_.begin(), answers_.end(),
                   [](const auto& a, const auto& b) { return a->worker < b->worker; });
  return std::exchange(answers_, {});
}

}  // namespace thresher::engine
