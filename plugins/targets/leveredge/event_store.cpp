#include "event_store.h"

#include <algorithm>
#include <utility>

namespace leveredge {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool Event::reaches(std::string_view agent) const { return contains(subscribed, agent); }

Json Event::shown() const {
  Json document = Json::parse(published);
  document["id"] = id;
  document["status"] = !response.is_null() ? "responded" : !acknowledged.empty() ? "acknowledged" : "created";
  document["subscribed_agents"] = subscribed;
  document["acknowledged_by"] = acknowledged;
  document["response"] = response;
  return document;
}

void EventStore::add(Event event) {
  const std::uint64_t number = first_ + events_.size();
  numbers_.emplace(event.id, number);
  if (event.awaits_human()) awaiting_.insert(number);
  events_.push_back(std::move(event));
  if (events_.size() <= capacity_) return;
  numbers_.erase(events_.front().id);
  awaiting_.erase(first_++);
  events_.pop_front();
}

Event* EventStore::find(std::string_view id) {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? nullptr : &events_[found->second - first_];
}

void EventStore::respond(Event& event, Json response) {
  event.response = std::move(response);
  awaiting_.erase(numbers_.at(event.id));
}

Json EventStore::awaiting_human() const {
  Json list = Json::array();
  for (const std::uint64_t number : awaiting_) list.push_back(at(number).shown());
  return list;
}

std::vector<std::string> subscribers(std::string_view type, std::string_view target) {
  struct Subscription {
    std::string_view kind;  ///< the part of the type before the dot
    std::initializer_list<const char*> agents;
  };
  static const Subscription kSubscriptions[] = {
      {"workflow", {"ATLAS", "CHRONOS", "ALOY"}},
      {"agent", {"ARGUS", "ALOY"}},
      {"system", {"ARGUS", "CHIRON", "SENTINEL"}},
      {"user", {"HERMES", "ATHENA"}},
  };
  std::vector<std::string> agents{"ARGUS"};  // it watches everything
  const std::string_view kind = type.substr(0, type.find('.'));
  for (const Subscription& subscription : kSubscriptions)
    if (subscription.kind == kind)
      for (const char* agent : subscription.agents)
        if (!contains(agents, agent)) agents.emplace_back(agent);
  if (!target.empty() && !contains(agents, target)) agents.emplace_back(target);
  return agents;
}

}  // namespace leveredge
