#include "farm/progress.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace farm {
namespace {

enum Rank { fleet_failed, fleet_timeout, submission_failed, submission_timeout, execution_error, timed_out, completed };

constexpr std::array<std::string_view, 7> kNames = {"fleet_ingestion_failed",
                                                    "fleet_ingestion_timeout",
                                                    "scenario_submission_failed",
                                                    "scenario_submission_timeout",
                                                    "execution_error",
                                                    "timeout",
                                                    "completed"};

bool is_timeout(std::string_view error) { return error == "timeout" || error == "connect_timeout"; }

/// "the platform answered 403 to the fleet", "no answer to the fleet: connect_refused".
std::string refusal(int status, std::string_view error, std::string_view what) {
  if (status != 0) return fmt::format("the platform answered {} to {}", status, what);
  return fmt::format("no answer to {}: {}", what, error.empty() ? "none came in time" : error);
}

/// An answer that shows where a test stands: the result, "running", or 404 of a platform that knows only what has
/// ended.
bool is_a_look(int http) { return http / 100 == 2 || http == 404; }

}  // namespace

std::string_view Progress::name_of_rank(int rank) { return kNames[static_cast<std::size_t>(rank)]; }

std::string_view Progress::status() const {
  return counts_.empty() ? std::string_view() : name_of_rank(counts_.begin()->first);
}

std::uint64_t Progress::decided() const {
  std::uint64_t sum = 0;
  for (const auto& [rank, count] : counts_) sum += count;
  return sum;
}

Progress::Trouble Progress::note(int rank, std::string why) {
  ++counts_[rank];
  return rank == completed ? Trouble{} : Trouble{name_of_rank(rank), std::move(why)};
}

Progress::Trouble Progress::heard(const history::Event& event, const oracle::WorkflowBook& book) {
  if (const auto* fleet = std::get_if<history::FleetAnswered>(&event.body)) {
    if (fleet->status / 100 == 2) return {};
    const bool late = fleet->status == 0 && (fleet->error.empty() || is_timeout(fleet->error));
    return note(late ? fleet_timeout : fleet_failed, refusal(fleet->status, fleet->error, "the fleet"));
  }
  if (const auto* rejected = std::get_if<history::Rejected>(&event.body)) {
    if (book.in_flight(rejected->item) == nullptr) return {};
    const bool late = rejected->status == 0 && (rejected->error.empty() || is_timeout(rejected->error));
    return note(late ? submission_timeout : submission_failed,
                refusal(rejected->status, rejected->error, fmt::format("the submission of {}", rejected->item)));
  }
  if (const auto* polled = std::get_if<history::Polled>(&event.body)) {
    if (book.in_flight(polled->item) != nullptr) last_http_.insert_or_assign(std::string(polled->item), polled->http);
    return {};
  }
  if (const auto* result = std::get_if<history::ResultCame>(&event.body)) {
    if (book.in_flight(result->item) == nullptr) return {};
    last_http_.erase(std::string(result->item));
    return note(completed, {});
  }
  if (const auto* gave_up = std::get_if<history::GaveUp>(&event.body)) {
    const auto found = last_http_.find(gave_up->item);
    const int http = found == last_http_.end() ? 0 : found->second;
    if (found != last_http_.end()) last_http_.erase(found);
    if (is_a_look(http))
      return note(timed_out, fmt::format("{} had not ended after {:.0f} ms; its last status was \"{}\"", gave_up->item,
                                         gave_up->waited_ms, gave_up->word));
    return note(execution_error, http == 0
                                     ? fmt::format("looking at {} gave no answer that could be read", gave_up->item)
                                     : fmt::format("the platform answered {} to looks at {}", http, gave_up->item));
  }
  return {};
}

}  // namespace farm
