#include "checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace recovery {
namespace {

constexpr std::array<std::string_view, 8> kTypes = {"iteration_start",   "iteration_end",  "tool_executed",
                                                    "llm_response",      "approval_point", "state_transition",
                                                    "manual_checkpoint", "error_boundary"};
/// How many numbers the defect sequence_gaps takes at once.
constexpr std::int64_t kBlock = 10;

}  // namespace

bool is_checkpoint_type(std::string_view type) { return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end(); }

const Checkpoint& Checkpoints::append(const std::string& task, Checkpoint checkpoint, Time now) {
  Log& log = logs_[task];
  checkpoint.id = fmt::format("checkpoint-{}", ++made_);
  checkpoint.sequence = log.next++;
  checkpoint.created_at = now;
  return log.all.emplace_back(std::move(checkpoint));
}

const std::vector<Checkpoint>& Checkpoints::of(const std::string& task) const {
  static const std::vector<Checkpoint> kNone;
  const auto found = logs_.find(task);
  return found == logs_.end() ? kNone : found->second.all;
}

const Checkpoint* Checkpoints::last(const std::string& task, const WallTime& wall) const {
  const std::vector<Checkpoint>& all = of(task);
  if (all.empty()) return nullptr;
  if (!conduct_.defects.resume_by_second) return &all.back();
  const Time second = wall.floor_to_second(all.back().created_at);
  return &*std::find_if(all.begin(), all.end(),
                        [&](const Checkpoint& each) { return wall.floor_to_second(each.created_at) == second; });
}

std::size_t Checkpoints::lose(Log& log, Time now) const {
  std::size_t lost = 0;
  for (; !log.all.empty() && log.all.back().created_at + conduct_.flush > now; ++lost) log.all.pop_back();
  log.next = log.all.empty() ? 1 : log.all.back().sequence + 1;
  return lost;
}

void Checkpoints::tear(Log& log, Time now) const {
  for (std::size_t i = log.all.size(); i-- > 0 && log.all[i].created_at + conduct_.flush > now;)
    log.all[i].snapshot = i > 0 ? log.all[i - 1].snapshot : "{}";
}

std::size_t Checkpoints::restart(Time now) {
  std::size_t lost = 0;
  for (auto& [task, log] : logs_) {
    if (conduct_.defects.lost_checkpoints) lost += lose(log, now);
    if (conduct_.defects.torn_checkpoints) tear(log, now);
    if (conduct_.defects.sequence_gaps) log.next = (log.next + kBlock - 2) / kBlock * kBlock + 1;
    if (conduct_.defects.sequence_restarts) log.next = 1;
  }
  return lost;
}

}  // namespace recovery
