#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"

namespace leveredge {

/// An event as the bus keeps it.
struct Event {
  std::string id;
  std::string source, type;                    ///< as published; the type may be empty
  std::vector<std::string> subscribed;         ///< agents that it reaches
  std::vector<std::string> acknowledged = {};  ///< those of them that said so
  std::string published = {};  ///< what its publisher said of it, and when that was: a JSON object, as text to be small
  Json response = nullptr;     ///< what a human answered, or null

  bool awaits_human() const { return type == "user.approval_required" && response.is_null(); }
  bool reaches(std::string_view agent) const;
  Json shown() const;
};

/// The last so many events. Pointers last until the next add().
class EventStore {
 public:
  explicit EventStore(std::size_t capacity) : capacity_(capacity) {}

  /// The id must be new. The oldest event goes when there is no more room.
  void add(Event event);
  /// Null when there is none, or none any more.
  Event* find(std::string_view id);
  void respond(Event& event, Json response);

  /// Newest first, at most `limit` of those for which wanted(event) holds.
  template <class Wanted>
  Json newest(std::size_t limit, Wanted wanted) const {
    Json list = Json::array();
    for (auto event = events_.rbegin(); event != events_.rend() && list.size() < limit; ++event)
      if (wanted(*event)) list.push_back(event->shown());
    return list;
  }
  /// Those that await a human, oldest first.
  Json awaiting_human() const;

 private:
  const Event& at(std::uint64_t number) const { return events_[number - first_]; }

  std::size_t capacity_;
  std::uint64_t first_ = 0;   ///< number of events_.front()
  std::deque<Event> events_;  ///< numbered without gaps
  std::map<std::string, std::uint64_t, std::less<>> numbers_;
  std::set<std::uint64_t> awaiting_;
};

/// The agents that an event reaches: those that subscribe to its type, and its target.
std::vector<std::string> subscribers(std::string_view type, std::string_view target);

}  // namespace leveredge
