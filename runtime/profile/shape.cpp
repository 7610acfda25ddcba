#include "profile/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace thresher::profile {
namespace {

using enum ExecutorKind;

/// Beyond these the request is a slip of the keyboard; they also keep the arithmetic of pacing within its types.
constexpr std::uint64_t kMostUsers = 100'000'000;
constexpr double kMostPerSecond = 1e9;
constexpr Nanoseconds kLongest = std::chrono::hours(24 * 366 * 10);

auto refuse(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

ExecutorKind infer(const Profile& profile) {
  if (profile.executor) return *profile.executor;
  const bool open = profile.rate || profile.arrivals || profile.max_in_flight;
  if (profile.stages) return open ? ramping_arrival_rate : ramping_vus;
  if (profile.rate) return constant_arrival_rate;
  if (profile.iterations) return shared_iterations;
  return constant_vus;
}

bool any_of(ExecutorKind kind, std::initializer_list<ExecutorKind> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// What belongs together, and what to do when it does not.
struct Rule {
  std::string_view key;
  bool said, allowed, needed;
  std::string_view way_out, example;
};

Result<void> check_keys(const Profile& p, ExecutorKind kind) {
  const bool open = is_open_model(kind);
  const bool ramps = any_of(kind, {ramping_vus, ramping_arrival_rate});
  const bool counts = any_of(kind, {per_vu_iterations, shared_iterations});
  const std::string_view no_users = open ? "arrivals start users as they need them; cap them with max_in_flight"
                                         : "begin with a stage that jumps, such as 0s:10, and leave users out";
  const Rule rules[] = {
      {"users", p.users.has_value(), !open && kind != ramping_vus, false, no_users, ""},
      {"spawn_rate", p.spawn_rate.has_value(), any_of(kind, {constant_vus, externally_controlled}), false,
       "leave spawn_rate out, or give users and a run_time", ""},
      {"rate", p.rate.has_value(), open, kind == constant_arrival_rate,
       "leave rate out, or choose constant-arrival-rate", "such as 100/s"},
      {"stages", p.stages.has_value(), ramps, ramps, "leave stages out, or choose ramping-vus or ramping-arrival-rate",
       "such as 30s:100"},
      {"iterations", p.iterations.has_value(), counts, counts,
       "leave iterations out, or choose shared-iterations or per-vu-iterations", "such as 1000"},
      {"run_time", p.run_time.has_value(), true, kind == constant_arrival_rate, "", "such as 5m"},
      {"arrivals", p.arrivals.has_value(), open, false, "leave arrivals out, or give a rate", ""},
      {"max_in_flight", p.max_in_flight.has_value(), open, false, "leave max_in_flight out, or give a rate", ""},
  };
  for (const Rule& rule : rules) {
    if (rule.said && !rule.allowed) {
      return refuse(fmt::format("{} does not take {}: {}", name_of(kind), rule.key, rule.way_out));
    }
    if (!rule.said && rule.needed) return refuse(fmt::format("{} needs {}, {}", name_of(kind), rule.key, rule.example));
  }
  return {};
}

Result<void> check_rate(std::string_view key, double per_s, bool may_be_zero) {
  if (!std::isfinite(per_s) || per_s < 0 || (per_s == 0 && !may_be_zero)) {
    return refuse(fmt::format("{} is {}; it must be more than 0 per second", key, per_s));
  }
  if (per_s > kMostPerSecond)
    return refuse(fmt::format("{} is {}; at most {} per second make sense", key, per_s, kMostPerSecond));
  return {};
}

Result<void> check_users(std::string_view key, std::uint64_t users) {
  if (users <= kMostUsers) return {};
  return refuse(fmt::format("{} is {}; at most {} make sense", key, users, kMostUsers));
}

Result<void> check_stages(const std::vector<Stage>& stages, bool of_users) {
  Nanoseconds length{};
  double most = 0;
  for (const Stage& stage : stages) {
    const std::string spelling = fmt::format("{}:{}", format_duration(stage.duration), stage.target);
    if (stage.duration < Nanoseconds::zero() || stage.duration > kLongest - length) {
      return refuse(fmt::format("the stages up to {} are longer than ten years", spelling));
    }
    if (!std::isfinite(stage.target) || stage.target < 0) {
      return refuse(fmt::format("stage {}: the target must be 0 or more", spelling));
    }
    if (of_users && stage.target != std::floor(stage.target)) {
      return refuse(
          fmt::format("stage {}: users come whole; for arrivals per second give a rate to start from", spelling));
    }
    if (of_users ? stage.target > static_cast<double>(kMostUsers) : stage.target > kMostPerSecond) {
      return refuse(fmt::format("stage {}: the target is beyond what makes sense", spelling));
    }
    length += stage.duration;
    most = std::max(most, stage.target);
  }
  if (length == Nanoseconds::zero()) {
    return refuse("the stages have no length: give at least one a duration, such as 30s:100");
  }
  if (most == 0) return refuse("the stages never leave 0: give at least one a target, such as 30s:100");
  return {};
}

double share(Nanoseconds part, Nanoseconds whole) {
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

/// The first `length` of a stage of arrivals: the same line, ending where it is by then.
void cut_rate(std::vector<Stage>& out, double from, const Stage& stage, Nanoseconds length) {
  out.push_back({length, from + (stage.target - from) * share(length, stage.duration)});
}

/// The first `length` of a stage of users: the steps that are over, then the one begun (see pacing/user_schedule.h), so
/// that users come and go at the very moments of the whole stage.
void cut_users(std::vector<Stage>& out, double from, const Stage& stage, Nanoseconds length) {
  const double change = std::abs(stage.target - from);
  const double direction = stage.target > from ? 1 : -1;
  const double steps = std::floor(change * share(length, stage.duration) + 1e-9);
  const auto over = std::min(length, Nanoseconds{std::llround(static_cast<double>(stage.duration.count()) *
                                                              (change > 0 ? steps / change : 0))});
  if (over > Nanoseconds::zero()) out.push_back({over, from + direction * steps});
  const Nanoseconds rest = length - over;
  if (rest == Nanoseconds::zero()) return;
  const double held = from + direction * steps + (direction > 0 && change > 0 ? 1 : 0);
  out.push_back({Nanoseconds::zero(), held});
  out.push_back({rest, held});
}

/// The shape, made exactly as long as `length`.
std::vector<Stage> fit(const std::vector<Stage>& stages, Nanoseconds length, bool of_users) {
  std::vector<Stage> fitted;
  double level = 0;
  for (const Stage& stage : stages) {
    if (stage.duration > length) {
      if (length > Nanoseconds::zero()) (of_users ? cut_users : cut_rate)(fitted, level, stage, length);
      return fitted;
    }
    fitted.push_back(stage);
    length -= stage.duration;
    level = stage.target;
  }
  if (length > Nanoseconds::zero()) fitted.push_back({length, level});
  return fitted;
}

Nanoseconds length_of(const std::vector<Stage>& stages) {
  Nanoseconds length{};
  for (const Stage& stage : stages) length += stage.duration;
  return length;
}

Result<void> settle_users(const Profile& profile, Plan& plan) {
  plan.users = profile.users.value_or(1);
  if (auto sound = check_users("users", plan.users); !sound) return sound;
  if (plan.users == 0 && plan.executor != externally_controlled) return refuse("users is 0: nobody would do anything");
  plan.iterations = profile.iterations.value_or(0);
  if (profile.iterations && plan.iterations == 0) return refuse("iterations is 0: nothing would be done");
  if (plan.executor == shared_iterations && plan.users > plan.iterations) {
    plan.notes.push_back(
        fmt::format("{} iterations occupy at most as many users; {} asked for", plan.iterations, plan.users));
    plan.users = plan.iterations;
  }

  const auto users = static_cast<double>(plan.users);
  Stage spawning{Nanoseconds::zero(), users};
  if (profile.spawn_rate && plan.users > 0) {
    if (auto sound = check_rate("spawn_rate", *profile.spawn_rate, false); !sound) return sound;
    plan.spawn_rate = *profile.spawn_rate;
    const double seconds = users / plan.spawn_rate;
    if (seconds > to_seconds(kLongest))
      return refuse(fmt::format("spawn_rate {} takes more than ten years for {} users", plan.spawn_rate, plan.users));
    spawning.duration = Nanoseconds{std::llround(seconds * 1e9)};
  }
  plan.stages = {spawning};
  if (plan.run_time == Nanoseconds::zero()) return {};
  if (spawning.duration > plan.run_time) {
    plan.notes.push_back(fmt::format("spawning {} users at {} per second takes {}, longer than the run_time of {}",
                                     plan.users, plan.spawn_rate, format_duration(spawning.duration),
                                     format_duration(plan.run_time)));
  }
  plan.stages = fit(plan.stages, plan.run_time, true);
  return {};
}

Result<void> settle_stages(const Profile& profile, Plan& plan) {
  const bool of_users = !is_open_model(plan.executor);
  if (plan.executor == constant_arrival_rate) {
    if (auto sound = check_rate("rate", *profile.rate, false); !sound) return sound;
    if (plan.run_time == Nanoseconds::zero()) return refuse("run_time is 0s: nothing would arrive");
    plan.stages = {{Nanoseconds::zero(), *profile.rate}, {plan.run_time, *profile.rate}};
  } else {
    if (auto sound = check_stages(*profile.stages, of_users); !sound) return sound;
    if (profile.rate) {
      if (auto sound = check_rate("rate", *profile.rate, true); !sound) return sound;
      plan.stages.push_back({Nanoseconds::zero(), *profile.rate});
    }
    plan.stages.insert(plan.stages.end(), profile.stages->begin(), profile.stages->end());
    if (const Nanoseconds written = length_of(plan.stages);
        plan.run_time > Nanoseconds::zero() && plan.run_time != written) {
      plan.notes.push_back(fmt::format("the stages take {}; the run_time of {} {}", format_duration(written),
                                       format_duration(plan.run_time),
                                       plan.run_time < written ? "cuts them short" : "holds the last target"));
      plan.stages = fit(plan.stages, plan.run_time, of_users);
    }
    plan.run_time = length_of(plan.stages);
  }
  double most = 0;
  for (const Stage& stage : plan.stages) most = std::max(most, stage.target);
  plan.users = of_users ? static_cast<std::uint64_t>(most) : 0;
  return {};
}

}  // namespace

Result<void> settle_shape(const Profile& profile, Plan& plan) {
  plan.executor = infer(profile);
  if (auto sound = check_keys(profile, plan.executor); !sound) return sound;
  for (const auto& [key, time] :
       {std::pair{"run_time", &profile.run_time}, std::pair{"stop_timeout", &profile.stop_timeout},
        std::pair{"setup_timeout", &profile.setup_timeout}, std::pair{"teardown_timeout", &profile.teardown_timeout}}) {
    if (*time && (**time > kLongest || **time < Nanoseconds::zero())) {
      return refuse(fmt::format("{} {} is not between 0s and ten years", key, format_duration(**time)));
    }
  }
  plan.run_time = profile.run_time.value_or(plan.run_time);
  plan.stop_timeout = profile.stop_timeout.value_or(plan.stop_timeout);
  plan.setup_timeout = profile.setup_timeout.value_or(plan.setup_timeout);
  plan.teardown_timeout = profile.teardown_timeout.value_or(plan.teardown_timeout);
  plan.arrivals = profile.arrivals.value_or(plan.arrivals);
  if (profile.max_in_flight && *profile.max_in_flight == 0)
    return refuse("max_in_flight is 0: every arrival would be dropped");
  if (is_open_model(plan.executor)) plan.max_in_flight = profile.max_in_flight.value_or(Plan::kDefaultMaxInFlight);

  const bool by_stages = is_open_model(plan.executor) || plan.executor == ramping_vus;
  return by_stages ? settle_stages(profile, plan) : settle_users(profile, plan);
}

}  // namespace thresher::profile
