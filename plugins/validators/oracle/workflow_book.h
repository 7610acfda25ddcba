#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "history/event.h"
#include "oracle/fingerprint.h"

namespace oracle {

/// Looks std::string keys up by std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// A scenario or workflow that was submitted and has not ended.
struct Item {
  std::string id, platform_id;
  bool scenario = false;
  std::int64_t submitted = 0;  ///< our clock, as all of these; -1: not yet
  std::int64_t accepted = -1;
  std::int64_t last_look = -1;
  std::string last_word;  ///< the platform's last status word; empty: none yet
  history::Status last_status = history::Status::none;
  history::Expectations expected;
  std::vector<std::shared_ptr<const history::Workflow>> workflows;
};

/// An item that has ended, as far as it is remembered.
struct Ended {
  std::int64_t t = 0;  ///< of its first terminal answer
  Fingerprint answer;
};

/// Which items there are: whole graphs only while an item is in flight, then a fingerprint. At most `ended_limit`
/// fingerprints are kept, the oldest go first; so memory follows the work in flight, however long the run. Also keeps
/// the fleet, and our own side of the count that the platform's counters are compared with.
class WorkflowBook {
 public:
  struct Counts {
    std::uint64_t submitted = 0, unanswered = 0, rejected = 0, accepted = 0, terminal = 0, gave_up = 0;
    std::uint64_t in_flight() const { return accepted - terminal - gave_up; }
  };

  explicit WorkflowBook(std::size_t ended_limit) : ended_limit_(ended_limit) {}

  /// Throws history::BadEvent for an item that is submitted while it is in flight.
  void take(const history::Event& event);

  const Item* in_flight(std::string_view item) const;
  const Ended* ended(std::string_view item) const;
  const history::Agent* agent(std::string_view id) const;
  const ByText<history::Agent>& fleet() const { return fleet_; }
  const ByText<Item>& all_in_flight() const { return in_flight_; }
  const Counts& counts() const { return counts_; }
  std::uint64_t forgotten() const { return forgotten_; }  ///< how many fingerprints had to go

  /// Our time of the oldest submission still in flight; `now` when there is none.
  std::int64_t oldest_submission(std::int64_t now);

 private:
  void submit(std::int64_t t, const history::Submitted& told);
  void finish(std::int64_t t, const history::ResultCame& told);
  void enroll(std::vector<history::Agent>& agents);
  void drop(std::string_view item);

  std::size_t ended_limit_;
  ByText<Item> in_flight_;
  std::deque<std::pair<std::int64_t, std::string>> by_submission_;  ///< may name items that have ended
  ByText<Ended> ended_;
  std::deque<std::string> by_end_;
  ByText<history::Agent> fleet_;
  Counts counts_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace oracle
