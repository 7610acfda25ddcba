#include "report/history_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace thresher::report {

std::string id_of(const RunDescription& run) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a (Fowler, Noll, Vo)
  for (const char byte :
       fmt::format("{} {} {}", run.plan->seed, run.created.time_since_epoch().count(), run.command_line)) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  }
  return fmt::format("{:016x}", hash);
}

std::string HistoryLines::begin() const {
  return fmt::format(
      R"({{"t":0,"event":"run","run":"{}","seed":{},"wall":{:.6f},"version":"{}","command":"{}","rehearsal":{}}})",
      id_of(run_), run_.plan->seed, static_cast<double>(run_.created.time_since_epoch().count()) / 1e9, run_.version,
      escaped_json(run_.command_line), run_.rehearsal);
}

std::string HistoryLines::line(const engine::HistoryEntry& entry) {
  return fmt::format(R"({{"t":{},{})", since_start(entry.at).count(), std::string_view(entry.text).substr(1));
}

std::string HistoryLines::end(const engine::HistoryPart& last) {
  const Nanoseconds since = since_start(last.now);
  return fmt::format(R"({{"t":{},"event":"run_end","wall":{:.6f},"interrupted":{}}})", since.count(),
                     static_cast<double>((run_.created.time_since_epoch() + since).count()) / 1e9,
                     last.ended->stop != engine::StopReason::completed);
}

Nanoseconds HistoryLines::since_start(TimePoint at) {
  last_ = std::max(last_, at - run_.created_at);
  return last_;
}

}  // namespace thresher::report
