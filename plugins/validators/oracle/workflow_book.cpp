#include "oracle/workflow_book.h"

#include <fmt/format.h>

#include "history/reader.h"

namespace oracle {

const Item* WorkflowBook::in_flight(std::string_view item) const {
  const auto found = in_flight_.find(item);
  return found == in_flight_.end() ? nullptr : &found->second;
}

const Ended* WorkflowBook::ended(std::string_view item) const {
  const auto found = ended_.find(item);
  return found == ended_.end() ? nullptr : &found->second;
}

const history::Agent* WorkflowBook::agent(std::string_view id) const {
  const auto found = fleet_.find(id);
  return found == fleet_.end() ? nullptr : &found->second;
}

std::int64_t WorkflowBook::oldest_submission(std::int64_t now) {
  while (!by_submission_.empty()) {
    const auto& [t, id] = by_submission_.front();
    const Item* item = in_flight(id);
    if (item != nullptr && item->submitted == t) return t;
    by_submission_.pop_front();
  }
  return now;
}

void WorkflowBook::enroll(std::vector<history::Agent>& agents) {
  for (history::Agent& agent : agents) {
    std::string id = agent.id;
    fleet_.insert_or_assign(std::move(id), std::move(agent));
  }
}

void WorkflowBook::submit(std::int64_t t, const history::Submitted& told) {
  if (in_flight(told.item) != nullptr)
    throw history::BadEvent(fmt::format("submits \"{}\" while it is in flight", told.item));
  ended_.erase(std::string(told.item));
  enroll(told.submission->agents);
  Item item;
  item.id = told.item;
  item.scenario = told.scenario;
  item.submitted = t;
  item.expected = told.submission->expected;
  item.workflows.assign(told.submission->workflows.begin(), told.submission->workflows.end());
  by_submission_.emplace_back(t, item.id);
  in_flight_.emplace(item.id, std::move(item));
  ++counts_.submitted;
  ++counts_.unanswered;
}

void WorkflowBook::drop(std::string_view item) {
  const auto found = in_flight_.find(item);
  if (found != in_flight_.end()) in_flight_.erase(found);
}

void WorkflowBook::finish(std::int64_t t, const history::ResultCame& told) {
  const auto found = in_flight_.find(told.item);
  if (found == in_flight_.end()) return;
  if (found->second.accepted < 0) {  // the answer to the submission was lost, but it had arrived
    ++counts_.accepted;
    --counts_.unanswered;
  }
  ++counts_.terminal;
  in_flight_.erase(found);
  ended_.insert_or_assign(std::string(told.item), Ended{t, Fingerprint(*told.answer)});
  by_end_.emplace_back(told.item);
  for (; by_end_.size() > ended_limit_; by_end_.pop_front()) forgotten_ += ended_.erase(by_end_.front());
}

void WorkflowBook::take(const history::Event& event) {
  const auto item_of = [this](std::string_view id) {
    const auto found = in_flight_.find(id);
    return found == in_flight_.end() ? nullptr : &found->second;
  };
  if (const auto* made = std::get_if<history::FleetMade>(&event.body)) {
    enroll(*made->agents);
  } else if (const auto* submitted = std::get_if<history::Submitted>(&event.body)) {
    submit(event.t, *submitted);
  } else if (const auto* accepted = std::get_if<history::Accepted>(&event.body)) {
    Item* item = item_of(accepted->item);
    if (item == nullptr || item->accepted >= 0) return;
    item->accepted = event.t;
    item->platform_id = accepted->id;
    ++counts_.accepted;
    --counts_.unanswered;
  } else if (const auto* rejected = std::get_if<history::Rejected>(&event.body)) {
    const Item* item = item_of(rejected->item);
    if (item == nullptr || item->accepted >= 0) return;
    drop(rejected->item);
    ++counts_.rejected;
    --counts_.unanswered;
  } else if (const auto* polled = std::get_if<history::Polled>(&event.body)) {
    Item* item = item_of(polled->item);
    if (item == nullptr) return;
    item->last_look = event.t;
    if (polled->word.empty()) return;
    item->last_word = polled->word;
    item->last_status = history::status_of(polled->word);
  } else if (const auto* result = std::get_if<history::ResultCame>(&event.body)) {
    finish(event.t, *result);
  } else if (const auto* gave_up = std::get_if<history::GaveUp>(&event.body)) {
    const Item* item = item_of(gave_up->item);
    if (item == nullptr) return;
    if (item->accepted < 0) {
      ++counts_.accepted;
      --counts_.unanswered;
    }
    drop(gave_up->item);
    ++counts_.gave_up;
  }
}

}  // namespace oracle
