#include "history/reader.h"

#include <fmt/format.h>

#include <string>

#include "history/json.h"
#include "history/members.h"
#include "history/read_answer.h"
#include "history/read_document.h"
#include "history/read_work.h"

namespace history {

struct Reader::State {
  simdjson::ondemand::parser parser;
  std::string padded;  ///< the line with the room behind it that simdjson reads into
  Event event;
  Answer answer;
  Submission submission;
  std::vector<Agent> agents;
  std::uint64_t run_seed = 0;
  WorkReader work;

  Body read_body(std::string_view name, json::object members);
  Body run_began(json::object members);
  Body fleet_made(json::object members);
  Body submitted(json::object members, bool scenario);
  Body result_came(json::object members);
};

namespace {

int status_of_http(json::object& members, std::string_view key) {
  return static_cast<int>(integer_of(members, key).value_or(0));
}

FleetAnswered fleet_answered(json::object members) {
  FleetAnswered told{status_of_http(members, "status"), text_of(members, "error"), {}};
  json::value answer;
  if (members.find_field_unordered("answer").get(answer)) return told;
  json::each_member(answer, [&](std::string_view key, json::value value) {
    if (key == "agents_ingested" || key == "agent_count") told.agents_ingested = json::integer(value);
  });
  return told;
}

CountersRead counters_read(json::object members) {
  CountersRead counters;
  json::each_member(member_of(members, "platform"), [&](std::string_view key, json::value value) {
    if (key == "submitted") counters.submitted = json::integer(value);
    if (key == "terminal") counters.terminal = json::integer(value);
    if (key == "in_flight") counters.in_flight = json::integer(value);
    if (key == "rejected") counters.rejected = json::integer(value);
  });
  return counters;
}

}  // namespace

Body Reader::State::run_began(json::object members) {
  RunBegan began;
  began.run = text_of(members, "run");
  began.command = text_of(members, "command");
  began.version = text_of(members, "version");
  began.clock_bound_ms = number_of(members, "clock_bound_ms").value_or(1);
  json::value seed;
  if (!members.find_field_unordered("seed").get(seed)) began.seed = json::seed(seed).value_or(0);
  run_seed = began.seed;
  return began;
}

Body Reader::State::fleet_made(json::object members) {
  agents.clear();
  read_agents(member_of(members, "fleet"), agents);
  return FleetMade{&agents};
}

Body Reader::State::submitted(json::object members, bool scenario) {
  submission = {};
  const std::string_view item = item_of(members, scenario ? "scenario" : "workflow");
  if (scenario) {
    read_scenario(member_of(members, "document"), submission, run_seed);
  } else {
    read_single_workflow(member_of(members, "document"), submission, run_seed);
    json::value assignments;
    if (!members.find_field_unordered("assignments").get(assignments)) read_assignments(assignments, submission);
  }
  if (submission.workflows.empty()) throw BadEvent("submits no workflow");
  return Submitted{item, &submission, scenario};
}

Body Reader::State::result_came(json::object members) {
  const std::string_view item = item_of(members);
  read_answer(member_of(members, "answer"), answer);
  return ResultCame{item, &answer};
}

Body Reader::State::read_body(std::string_view name, json::object members) {
  if (name == "result") return result_came(members);
  if (name == "poll") return Polled{item_of(members), text_of(members, "status"), status_of_http(members, "http")};
  if (name == "scenario") return submitted(members, true);
  if (name == "workflow") return submitted(members, false);
  if (name == "accepted") return Accepted{item_of(members), text_of(members, "id")};
  if (name == "rejected")
    return Rejected{item_of(members), text_of(members, "error"), status_of_http(members, "status")};
  if (name == "gave_up")
    return GaveUp{item_of(members), text_of(members, "status"), number_of(members, "waited_ms").value_or(0)};
  if (name == "run") return run_began(members);
  if (name == "fleet") return fleet_made(members);
  if (name == "fleet_answer") return fleet_answered(members);
  if (name == "counters") return counters_read(members);
  if (name == "read_back") return ReadBack{item_of(members)};
  if (name == "validate") return Asked{};
  if (name == "run_end") return RunEnded{boolean_of(members, "interrupted")};
  return work.read(name, members);
}

Reader::Reader() : state_(std::make_unique<State>()) {}
Reader::~Reader() = default;

const Event& Reader::read(std::string_view line) {
  State& state = *state_;
  state.padded.reserve(line.size() + simdjson::SIMDJSON_PADDING);
  state.padded.assign(line);
  simdjson::ondemand::document document =
      json::need(state.parser.iterate(state.padded.data(), state.padded.size(), state.padded.capacity()));
  json::object members = json::need(document.get_object());
  const auto t = json::integer(member_of(members, "t"));
  if (!t) throw BadEvent("has a \"t\" that is no whole number of nanoseconds");
  if (*t < state.event.t)
    throw BadEvent(fmt::format("\"t\" falls from {} to {}; a history is in the order of time", state.event.t, *t));
  const std::string_view name = text_of(members, "event");
  if (name.empty()) throw BadEvent("has no \"event\"");
  state.event.t = *t;
  try {
    state.event.body = state.read_body(name, members);
  } catch (const BadEvent& why) {
    throw BadEvent(fmt::format("event \"{}\" {}", name, why.what()));
  }
  return state.event;
}

}  // namespace history
