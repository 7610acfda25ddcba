#include "proxy/schedule.h"

#include <fmt/format.h>

#include "base/random.h"
#include "base/text.h"

namespace thresher::proxy {

Result<void> check(const Schedule& schedule) {
  const auto refuse = [](std::string why) { return fail(ErrorCode::invalid_argument, std::move(why)); };
  if (schedule.from < Nanoseconds{} || schedule.every < Nanoseconds{} || schedule.spread < Nanoseconds{})
    return refuse("from, to, every and spread are seconds, 0 or more");
  if (schedule.to <= schedule.from)
    return refuse(
        fmt::format("to ({}) must come after from ({})", format_duration(schedule.to), format_duration(schedule.from)));
  if (schedule.every == Nanoseconds{}) return {};
  if (schedule.to == Nanoseconds::max()) return refuse("windows that repeat (every) need an end: to");
  if (schedule.to - schedule.from + schedule.spread > schedule.every)
    return refuse(fmt::format("a window of {} (with its spread) does not fit into every {}",
                              format_duration(schedule.to - schedule.from + schedule.spread),
                              format_duration(schedule.every)));
  return {};
}

Nanoseconds Windows::opening(std::int64_t window) const {
  RandomStream random(seed_, StreamPurpose::stand_in, static_cast<std::uint64_t>(window));
  const auto later = static_cast<std::int64_t>(random.uniform() * static_cast<double>(schedule_.spread.count()));
  return schedule_.from + window * schedule_.every + Nanoseconds(later);
}

Windows::Moment Windows::at(Nanoseconds elapsed) const {
  const bool repeats = schedule_.every > Nanoseconds{};
  const std::int64_t window = repeats && elapsed > schedule_.from ? (elapsed - schedule_.from) / schedule_.every : 0;
  const Nanoseconds opens = opening(window);
  if (elapsed < opens) return {false, opens};
  const bool ends = schedule_.to != Nanoseconds::max();
  const Nanoseconds closes = ends ? opens + (schedule_.to - schedule_.from) : Nanoseconds::max();
  if (elapsed < closes) return {true, closes};
  return {false, repeats ? opening(window + 1) : Nanoseconds::max()};
}

}  // namespace thresher::proxy
