#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "engine/iteration_runner.h"
#include "engine/iteration_series.h"

namespace thresher::engine {

/// A user by its place among its worker's users: user number = index x workers + worker.
using UserIndex = std::uint32_t;

enum class UserState : std::uint8_t { absent, idle, running, leaving, interrupted, departing, retiring };

/// What one advance may still ask of the runner. A tick that begins more than this many iterations would make
/// everything else on its loop wait; the rest goes on in the next tick.
struct Allowance {
  static constexpr int kBeginsPerAdvance = 256;
  int left = kBeginsPerAdvance;
  bool take() { return left > 0 && left-- > 0; }
  bool spent() const { return left == 0; }
};

/// The virtual users of one worker and the states they are in (README.md has the table), and the only caller of the
/// runner on their behalf. begin() and advance() call it; what it says meanwhile through ended() and retired() is
/// bookkeeping, so that nothing recurses. Pure but for the runner.
class VirtualUsers {
 public:
  struct Place {
    unsigned worker = 0, workers = 1;
  };
  /// What the users did so far.
  struct Tally {
    std::uint64_t alive = 0, alive_most = 0;
    std::uint64_t in_flight = 0;
    std::uint64_t begun = 0, ended = 0, failed = 0, interrupted = 0;
    Nanoseconds
        handled{};  ///< from handing over to hearing of the end, on_start excluded, summed over ended iterations
    Nanoseconds performed{};  ///< what the runner says they took
  };

  VirtualUsers(IterationRunner& runner, IterationSeries& series, Place place);

  UserState state(UserIndex user) const { return user < users_.size() ? users_[user].state : UserState::absent; }
  std::size_t scenario(UserIndex user) const { return users_[user].scenario; }
  /// Begun since it was added; 0 for one that never was.
  std::uint32_t iterations(UserIndex user) const { return user < users_.size() ? users_[user].begun : 0; }
  UserNumber number(UserIndex user) const { return UserNumber{user} * place_.workers + place_.worker; }
  UserIndex index(UserNumber user) const { return static_cast<UserIndex>(user / place_.workers); }
  UserIndex known() const { return static_cast<UserIndex>(users_.size()); }  ///< indexes ever added lie below
  const Tally& tally() const { return tally_; }

  void add(UserIndex user, std::size_t scenario);   ///< absent -> idle
  void begin(UserIndex user, Iteration iteration);  ///< idle -> running, and perhaps idle again at once
  /// The user is not wanted any more: it retires, after its iteration if it runs one, which is interrupted at the
  /// deadline.
  void leave(UserIndex user, TimePoint deadline);
  /// Takes leave() back if it is not too late. An idle user is then idle, a running one running.
  bool stay(UserIndex user);
  /// Everybody leaves; from `deadline` on whoever still runs is interrupted. May be called again with an earlier one.
  void leave_all(TimePoint deadline);
  /// Interrupts whoever runs, at once and without bound. Nobody retires.
  void kill();

  /// Interrupts those whose deadline passed and retires those who may go. Returns when to call again.
  TimePoint advance(TimePoint now, Allowance& allowance);

  /// The runner's word that an iteration ended. True when the user is idle now: it may begin another.
  bool ended(UserIndex user, const IterationEnd& end, TimePoint now);
  void retired(UserIndex user);

 private:
  struct User {
    TimePoint due{}, started{};  ///< of the iteration in progress
    std::uint32_t begun = 0;
    std::uint16_t scenario = 0;
    UserState state = UserState::absent;
  };
  static_assert(sizeof(User) == 24);
  struct Leaver {
    TimePoint deadline;
    UserIndex user;
  };

  void depart(UserIndex user);
  void interrupt(UserIndex user);
  void interrupt_due(TimePoint now, Allowance& allowance);

  IterationRunner& runner_;
  IterationSeries& series_;
  const Place place_;
  std::vector<User> users_;
  std::deque<Leaver> leavers_;       ///< deadlines ascending; entries of users that ended or stayed meanwhile are stale
  std::deque<UserIndex> departing_;  ///< whose turn to retire comes; entries of users that stayed are stale
  TimePoint all_deadline_ = TimePoint::max();
  UserIndex interrupted_below_ = 0;  ///< once all_deadline_ passed: who has been asked
  Tally tally_;
};

}  // namespace thresher::engine
