#include "event_bus.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "identity.h"

namespace leveredge {
namespace {

constexpr std::size_t kUsualLimit = 50, kLargestLimit = 1000;

/// The query's `limit`; 0 when it is no number that is allowed.
std::size_t limit_of(std::string_view query) {
  const auto text = query_value(query, "limit");
  if (!text) return kUsualLimit;
  std::size_t limit = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), limit);
  const bool whole = read.ec == std::errc{} && read.ptr == text->data() + text->size();
  return whole && limit <= kLargestLimit ? limit : 0;
}

thresher::Answer bad_limit() { return invalid("query", "limit", "Input should be an integer from 1 to 1000"); }

Json with_count(Json about, std::string_view name, Json list) {
  about["count"] = list.size();
  about[std::string(name)] = std::move(list);
  return about;
}

}  // namespace

void EventBus::add_routes(Router& router) {
  router.post_json("/events", [this](Call& call, const Json& body) { return publish(call, body); });
  router.get("/events", [this](Call& call) { return list(call); });
  router.get("/events/pending/human", [this](Call& call) {
    return timed(call, with_count(Json::object(), "pending", store_.awaiting_human()));
  });
  router.post("/events/{id}/acknowledge", [this](Call& call) { return acknowledge(call); });
  router.post_json("/events/{id}/respond", [this](Call& call, const Json& body) { return respond(call, body); });
  router.get("/agents/{id}/events", [this](Call& call) { return list_of_agent(call); });
}

thresher::Answer EventBus::timed(const Call& call, const Json& body) const {
  return reply(200, body).later(call.after(conduct_.scales.event));
}

thresher::Answer EventBus::publish(Call& call, const Json& body) {
  for (const char* field : {"source_agent", "action"})
    if (text_at(body, field).empty()) return missing("body", field);
  Event event{.id = uuid(call.random),
              .source = text_at(body, "source_agent"),
              .type = text_at(body, "event_type"),
              .subscribed = subscribers(text_at(body, "event_type"), text_at(body, "target"))};
  Json published{{"id", event.id}, {"created_at", iso_time(call.request.wall)}};
  for (const char* field :
       {"source_agent", "event_type", "timestamp", "correlation_id", "action", "target", "details", "priority"})
    published[field] = body.contains(field) ? body[field] : Json(nullptr);
  event.published = text_of(published);
  Json told{{"id", event.id}, {"status", "created"}, {"subscribed_agents", event.subscribed}};
  if (conduct_.suite_paths) told["event_id"] = event.id;
  if (!call.random.chance(conduct_.faults.lost_event)) store_.add(std::move(event));
  return timed(call, told);
}

thresher::Answer EventBus::acknowledge(Call& call) {
  auto agent = query_value(call.request.query, "agent");
  if (!agent && conduct_.suite_paths) {
    const auto body = read_object(call.request.body);
    agent = body ? text_at(*body, "agent") : "";
    if (agent->empty()) agent = "LOAD_TEST";
  }
  if (!agent) return missing("query", "agent");
  Event* event = store_.find(call.id);
  if (event == nullptr) return problem(404, "Event not found");
  const bool known =
      std::find(event->acknowledged.begin(), event->acknowledged.end(), *agent) != event->acknowledged.end();
  if (!known && !call.random.chance(conduct_.faults.lost_acknowledgement)) event->acknowledged.push_back(*agent);
  return timed(call, Json{{"id", event->id}, {"status", "acknowledged"}, {"agent", *agent}});
}

thresher::Answer EventBus::respond(Call& call, const Json& body) {
  for (const char* field : {"response", "responder"})
    if (!body.contains(field)) return missing("body", field);
  Event* event = store_.find(call.id);
  if (event == nullptr) return problem(404, "Event not found");
  store_.respond(*event, Json{{"response", body["response"]},
                              {"responder", body["responder"]},
                              {"responded_at", iso_time(call.request.wall)}});
  return timed(call, Json{{"id", event->id}, {"status", "responded"}});
}

thresher::Answer EventBus::list(Call& call) {
  const std::size_t limit = limit_of(call.request.query);
  if (limit == 0) return bad_limit();
  const auto source = query_value(call.request.query, "source_agent");
  const auto wanted = [&](const Event& event) { return !source || event.source == *source; };
  return timed(call, with_count(Json::object(), "events", store_.newest(limit, wanted)));
}

thresher::Answer EventBus::list_of_agent(Call& call) {
  const std::size_t limit = limit_of(call.request.query);
  if (limit == 0) return bad_limit();
  const auto wanted = [&](const Event& event) { return event.reaches(call.id); };
  return timed(call, with_count(Json{{"agent", call.id}}, "events", store_.newest(limit, wanted)));
}

}  // namespace leveredge
