#include "oracle/court.h"

#include <algorithm>
#include <utility>

#include "oracle/agent_feed.h"
#include "oracle/check_at_most_once.h"
#include "oracle/check_capacity.h"
#include "oracle/check_conservation.h"
#include "oracle/check_faults.h"
#include "oracle/check_graph.h"
#include "oracle/check_leases.h"
#include "oracle/check_liveness.h"
#include "oracle/check_order.h"
#include "oracle/check_rates.h"
#include "oracle/check_replay.h"
#include "oracle/check_saga.h"
#include "oracle/check_status.h"
#include "oracle/check_time_bounds.h"
#include "oracle/check_work_items.h"

namespace oracle {

Court::Court(const Settings& settings, Clerk& clerk) : settings_(settings), clerk_(clerk), book_(settings.ended_limit) {
  const Bench bench{run_, settings_, book_, clerk_};
  auto capacity = std::make_unique<CapacityCheck>(bench);
  auto liveness = std::make_unique<LivenessCheck>(bench);
  board_ = std::make_unique<AgentBoard>(run_, settings_.rate_window,
                                        std::vector<AgentWatcher*>{capacity.get(), liveness.get()});
  checks_.push_back(std::make_unique<OrderCheck>(bench));
  checks_.push_back(std::make_unique<GraphCheck>(bench));
  checks_.push_back(std::make_unique<TimeBoundsCheck>(bench));
  checks_.push_back(std::move(capacity));
  checks_.push_back(std::make_unique<SagaCheck>(bench));
  checks_.push_back(std::make_unique<AtMostOnceCheck>(bench));
  checks_.push_back(std::make_unique<ReplayCheck>(bench));
  checks_.push_back(std::make_unique<LeasesCheck>(bench));
  checks_.push_back(std::make_unique<WorkItemsCheck>(bench));
  checks_.push_back(std::make_unique<ConservationCheck>(bench));
  checks_.push_back(std::make_unique<StatusCheck>(bench));
  checks_.push_back(std::make_unique<FaultsCheck>(bench));
  checks_.push_back(std::move(liveness));
  checks_.push_back(std::make_unique<RatesCheck>(bench));
}

Court::~Court() = default;

void Court::hear(const history::Event& event) {
  if (const auto* began = std::get_if<history::RunBegan>(&event.body)) {
    run_ = {std::string(began->run), std::string(began->command), began->seed, true,
            history::from_milliseconds(began->clock_bound_ms)};
  }
  for (const auto& check : checks_) check->heard(event);
  const auto* result = std::get_if<history::ResultCame>(&event.body);
  if (const Item* item = result == nullptr ? nullptr : book_.in_flight(result->item))
    answer(*item, *result->answer, event.t);
  book_.take(event);
  if (result != nullptr && clock_known_) board_->advance(horizon(event.t));
}

void Court::answer(const Item& item, const history::Answer& answer, std::int64_t t) {
  const Case& matched = file_.match(item, answer, t);
  for (const auto& check : checks_) check->answered(matched);
  feed(*board_, matched, book_, settings_, run_.clock_bound);
  for (const WorkflowCase& workflow : matched.workflows) {
    if (!workflow.result->end.known()) continue;
    const history::Nanoseconds lead = workflow.result->end - history::Instant(t);
    clock_lead_ = clock_known_ ? std::max(clock_lead_, lead) : lead;
    clock_known_ = true;
  }
}

/// No item in flight can have begun anything before this. An item begins after its submission; the platform's clock is
/// ahead of ours by at least the greatest difference seen between the end of something and the moment we knew of it.
history::Instant Court::horizon(std::int64_t now) {
  return history::Instant(book_.oldest_submission(now)) + clock_lead_ + -run_.clock_bound;
}

void Court::close() {
  board_->close();
  for (const auto& check : checks_) clerk_.finding(check->finding());
}

}  // namespace oracle
