#include "spec_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent_reader.h"
#include "json_fields.h"
#include "workflow_reader.h"

namespace aoa {
namespace {

/// Far deeper than anything Farm sends, far shallower than what would exhaust the stack.
constexpr std::size_t kDeepest = 64;

/// A seed as fault_fires takes it: integers of either sign, by their bits.
std::uint64_t read_seed(const Fields& document, std::uint64_t fallback) {
  dom::element value;
  if (!document.find({"seed"}, value)) return fallback;
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return static_cast<std::uint64_t>(number);
  std::uint64_t large = 0;
  if (value.get(large) == simdjson::SUCCESS) return large;
  document.problems().say(document.place(), "seed must be an integer of 64 bits");
  return fallback;
}

}  // namespace

struct SpecReader::State {
  explicit State(const Conduct& given) : conduct(given) {}

  const Conduct& conduct;
  dom::parser parser{};

  /// Parses `body` and has `read(Fields)` read it; what comes of it, or the first problem.
  template <class T, class ReadDocument>
  Read<T> read(std::string_view body, ReadDocument&& read_document) {
    if (parser.allocate(std::max<std::size_t>(body.size(), 1), kDeepest) != simdjson::SUCCESS)
      return Refusal{413, "the body is too large"};
    dom::element document;
    if (const auto error = parser.parse(body.data(), body.size(), true).get(document); error != simdjson::SUCCESS)
      return Refusal{400, fmt::format("the body is not JSON: {}", simdjson::error_message(error))};
    dom::object object;
    if (document.get(object) != simdjson::SUCCESS) return Refusal{400, "the body must be a JSON object"};
    const Place place;
    Problems problems;
    T result;
    read_document(Fields(object, place, problems), object, result);
    if (!problems.none()) return Refusal{422, problems.first()};
    return result;
  }

  std::vector<AgentSpec> agents(const Fields& holder) const {
    std::vector<AgentSpec> all;
    const bool there = holder.each_object("agents", [&](const Fields& agent) {
      all.push_back(read_agent(agent, conduct.bugs.drop_fields));
      if (all.size() > conduct.limits.agents)
        holder.problems().say(holder.place(), fmt::format("agents: at most {} are taken", conduct.limits.agents));
    });
    if (!there) holder.problems().say(holder.place(), "agents is required");
    return all;
  }
};

SpecReader::SpecReader(const Conduct& conduct) : state_(new State(conduct)) {}
SpecReader::~SpecReader() = default;

Read<Fleet> SpecReader::fleet(std::string_view body) {
  return state_->read<Fleet>(body, [this](const Fields& document, const dom::object& object, Fleet& fleet) {
    fleet.agents = state_->agents(document);
    for (const dom::key_value_pair field : object) {
      if (field.key == "agents") continue;
      if (!fleet.envelope.empty()) fleet.envelope += ',';
      fleet.envelope += member_text(field.key, field.value);
    }
  });
}

Read<Submission> SpecReader::scenario(std::string_view body, std::uint64_t fallback_seed) {
  return state_->read<Submission>(body, [&](const Fields& document, const dom::object&, Submission& submission) {
    const std::uint64_t seed = read_seed(document, fallback_seed);
    dom::element agents;
    if (document.find({"agents"}, agents)) {
      if (agents.is_array())
        submission.agents = state_->agents(document);
      else
        document.object("agents", [&](const Fields& fleet) { submission.agents = state_->agents(fleet); });
    }
    const auto read_one = [&](const Fields& workflow) {
      submission.workflows.push_back(read_workflow(workflow, document, seed, state_->conduct.limits));
      if (submission.workflows.size() > state_->conduct.limits.workflows)
        document.problems().say(document.place(),
                                fmt::format("workflows: at most {} are taken", state_->conduct.limits.workflows));
    };
    dom::element workflows;
    if (document.find({"workflows"}, workflows) && workflows.is_object())
      document.object("workflows", [&](const Fields& batch) { batch.each_object("workflows", read_one); });
    else
      document.each_object("workflows", read_one);
    if (submission.workflows.empty()) document.problems().say(document.place(), "workflows is required");
    check_workflow_ids(submission.workflows, document);
    document.object("__expected__", [&](const Fields& expected) {
      auto& rates = submission.expected;
      rates.completion_rate = expected.number({"expected_completion_rate"}, rates.completion_rate, 0, 1);
    });
  });
}

Read<Submission> SpecReader::workflow(std::string_view body, std::uint64_t fallback_seed) {
  return state_->read<Submission>(body, [&](const Fields& document, const dom::object&, Submission& submission) {
    const std::uint64_t seed = read_seed(document, fallback_seed);
    submission.workflows.push_back(read_workflow(document, document, seed, state_->conduct.limits));
  });
}

}  // namespace aoa
