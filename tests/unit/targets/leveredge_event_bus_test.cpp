#include <set>

#include "leveredge_fleet.h"

using namespace leveredge_test;

namespace {

Json event(const std::string& type = "workflow.created", const std::string& source = "ATLAS") {
  return {{"source_agent", source}, {"event_type", type},      {"action", type.substr(type.find('.') + 1)},
          {"target", "MUSE"},       {"correlation_id", "c-1"}, {"details", {{"test_id", "t-1"}}},
          {"priority", "high"}};
}

std::string publish(Fleet& fleet, const Json& what = event()) { return fleet.told(kBus, "/events", what)["id"]; }

}  // namespace

TEST_CASE("a published event gets an id and is listed with all that was said of it", "[targets]") {
  Fleet fleet;
  const Json told = fleet.told(kBus, "/events", event());
  CHECK(told["status"] == "created");
  CHECK(told["id"].get<std::string>().size() == 36);
  CHECK_FALSE(told.contains("event_id"));
  const Json list = fleet.told(kBus, "/events?limit=10");
  REQUIRE(list["count"] == 1);
  const Json& shown = list["events"][0];
  CHECK(shown["id"] == told["id"]);
  CHECK(shown["subscribed_agents"] == told["subscribed_agents"]);
  CHECK(shown["details"] == Json{{"test_id", "t-1"}});
  CHECK(shown["priority"] == "high");
  CHECK(shown["status"] == "created");
  CHECK(shown["created_at"] == "2023-11-14T22:13:20.000Z");
}

TEST_CASE("an event reaches the subscribers of its kind and its target, once each", "[targets]") {
  Fleet fleet;
  const Json agents = fleet.told(kBus, "/events", event("system.alert"))["subscribed_agents"];
  CHECK(agents == Json::array({"ARGUS", "CHIRON", "SENTINEL", "MUSE"}));
  Json to_argus = event("agent.error");
  to_argus["target"] = "ARGUS";
  CHECK(fleet.told(kBus, "/events", to_argus)["subscribed_agents"] == Json::array({"ARGUS", "ALOY"}));
  CHECK(fleet.told(kBus, "/agents/SENTINEL/events")["count"] == 1);
  CHECK(fleet.told(kBus, "/agents/ARGUS/events")["count"] == 2);
  CHECK(fleet.told(kBus, "/agents/CLIO/events") == Json{{"agent", "CLIO"}, {"count", 0}, {"events", Json::array()}});
}

TEST_CASE("lists keep to their limit and filter, the newest first", "[targets]") {
  Fleet fleet;
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(publish(fleet, event("agent.health", i % 2 ? "ATLAS" : "HADES")));
  const Json ten = fleet.told(kBus, "/events?limit=10");
  CHECK(ten["count"] == 10);
  CHECK(ten["events"][0]["id"] == ids.back());
  const Json hades = fleet.told(kBus, "/events?limit=50&source_agent=HADES");
  CHECK(hades["count"] == 6);
  CHECK(hades["events"][5]["id"] == ids.front());
  for (const char* limit : {"0", "-1", "x", "1001", ""}) {
    CAPTURE(limit);
    CHECK(fleet.ask(kBus, "GET", std::string("/events?limit=") + limit).status == 422);
  }
}

TEST_CASE("an agent acknowledges an event by its id, and says who it is in the query", "[targets]") {
  Fleet fleet;
  const std::string id = publish(fleet);
  CHECK(fleet.ask(kBus, "POST", "/events/" + id + "/acknowledge").status == 422);
  CHECK(fleet.post(kBus, "/events/" + id + "/acknowledge", {{"agent", "ARGUS"}}).status == 422);
  CHECK(fleet.ask(kBus, "POST", "/events/nobody/acknowledge?agent=ARGUS").status == 404);
  for (int i = 0; i < 2; ++i)  // saying it twice changes nothing
    CHECK(Json::parse(fleet.ask(kBus, "POST", "/events/" + id + "/acknowledge?agent=ARGUS").body)["status"] ==
          "acknowledged");
  const Json shown = fleet.told(kBus, "/events")["events"][0];
  CHECK(shown["status"] == "acknowledged");
  CHECK(shown["acknowledged_by"] == Json::array({"ARGUS"}));
}

TEST_CASE("approvals await a human until one responds", "[targets]") {
  Fleet fleet;
  const std::string first = publish(fleet, event("user.approval_required"));
  const std::string second = publish(fleet, event("user.approval_required"));
  publish(fleet, event("user.action"));
  const Json before = fleet.told(kBus, "/events/pending/human");
  REQUIRE(before["count"] == 2);
  CHECK(before["pending"][0]["id"] == first);
  CHECK(fleet.post(kBus, "/events/" + first + "/respond", {{"response", "yes"}}).status == 422);
  CHECK(fleet.told(kBus, "/events/" + first + "/respond", {{"response", "yes"}, {"responder", "ann"}})["status"] ==
        "responded");
  const Json after = fleet.told(kBus, "/events/pending/human");
  REQUIRE(after["count"] == 1);
  CHECK(after["pending"][0]["id"] == second);
}

TEST_CASE("an event without source or action is refused by the field's name", "[targets]") {
  Fleet fleet;
  const auto refused = fleet.post(kBus, "/events", {{"source_agent", "ATLAS"}});
  CHECK(refused.status == 422);
  CHECK(Json::parse(refused.body)["detail"][0]["loc"] == Json::array({"body", "action"}));
  CHECK(fleet.ask(kBus, "POST", "/events", 0ns, "[]").status == 422);
  CHECK(fleet.ask(kBus, "POST", "/events", 0ns, "{").status == 422);
  CHECK(fleet.told(kBus, "/events", {{"source_agent", "LOAD_TEST"}, {"action", "test_event"}})["status"] == "created");
}

TEST_CASE("the bus keeps the last so many events", "[targets]") {
  Fleet fleet(faultless(R"("stored_events":3)"));
  const std::string oldest = publish(fleet, event("user.approval_required"));
  for (int i = 0; i < 3; ++i) publish(fleet);
  CHECK(fleet.told(kBus, "/events")["count"] == 3);
  CHECK(fleet.told(kBus, "/events/pending/human")["count"] == 0);
  CHECK(fleet.ask(kBus, "POST", "/events/" + oldest + "/acknowledge?agent=X").status == 404);
}

TEST_CASE("a lost event was confirmed, and a lost acknowledgement too", "[targets][faults]") {
  Fleet forgetful(faultless(R"("lost_event_rate":1)"));
  const std::string id = publish(forgetful);
  CHECK(forgetful.told(kBus, "/events")["count"] == 0);
  CHECK(forgetful.ask(kBus, "POST", "/events/" + id + "/acknowledge?agent=X").status == 404);
  Fleet deaf(faultless(R"("lost_acknowledgement_rate":1)"));
  const std::string kept = publish(deaf);
  CHECK(deaf.ask(kBus, "POST", "/events/" + kept + "/acknowledge?agent=X").status == 200);
  CHECK(deaf.told(kBus, "/events")["events"][0]["status"] == "created");
}

TEST_CASE("behind its switch the bus takes what the public suite sends", "[targets]") {
  Fleet fleet(faultless(R"("suite_paths":true)"));
  const Json told = fleet.told(kBus, "/events", event());
  CHECK(told["event_id"] == told["id"]);
  const std::string path = "/events/" + told["id"].get<std::string>() + "/acknowledge";
  CHECK(fleet.post(kBus, path, {{"agent", "HERMES"}}).status == 200);
  CHECK(fleet.told(kBus, "/events")["events"][0]["acknowledged_by"] == Json::array({"HERMES"}));
}

TEST_CASE("event ids are unique and the same for the same seed", "[targets]") {
  const auto ids = [](std::uint64_t seed) {
    Fleet fleet(kFaultless, seed);
    std::vector<std::string> all;
    for (int i = 0; i < 500; ++i) all.push_back(publish(fleet));
    return all;
  };
  const auto first = ids(3);
  CHECK(std::set<std::string>(first.begin(), first.end()).size() == 500);
  CHECK(first == ids(3));
  CHECK(first != ids(4));
}
