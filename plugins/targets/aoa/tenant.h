#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "conduct.h"
#include "item.h"
#include "simulation.h"
#include "spec_reader.h"

namespace aoa {

/// Items as a tenant's books have them: submitted = terminal + in flight + rejected, at any time.
struct Counters {
  std::uint64_t submitted = 0, terminal = 0, in_flight = 0, rejected = 0;
};

/// One tenant: its agents, what it submitted, and the simulation that executes it. Every call first plays what was due
/// by `now`, which never goes back.
class Tenant {
 public:
  Tenant(const Conduct& conduct, std::string name);

  /// Returns the number of agents of each type, by type: `"worker":5,...`, as JSON members.
  std::string ingest(Fleet fleet, Time now);
  /// What was ingested: the last fleet's document with all agents known, as they were sent.
  std::string fleet_document() const;

  /// Takes a submission and starts it at once; its item, or why it was refused (422: an agent that is not known; 429:
  /// too much in flight). Either way it is counted.
  std::variant<const Item*, Refusal> submit(Submission submission, bool scenario, Time now);
  /// A submission that did not get as far as submit() counts as well.
  void count_rejection() { ++counters_.rejected, ++counters_.submitted; }

  /// The item of this id, null when there is none, or it has been forgotten. After advance(now).
  Item* find(std::string_view id, bool scenario);
  void advance(Time now) { simulation_.advance(now); }
  Counters counters() const;
  const Simulation& simulation() const { return simulation_; }

 private:
  std::optional<Refusal> objection(const Submission& submission) const;
  void run_ended(WorkflowRun& run);
  void forget_old();

  const Conduct& conduct_;
  std::string name_;
  Simulation simulation_;
  std::string envelope_;                                    ///< of the last fleet
  std::unordered_map<std::string, std::uint64_t> numbers_;  ///< of items, by id
  std::unordered_map<std::uint64_t, Item> items_;
  std::deque<std::uint64_t> ended_;  ///< items, the first to end first
  std::size_t ended_tasks_ = 0;
  std::uint64_t next_number_ = 0;
  Counters counters_;
};

}  // namespace aoa
