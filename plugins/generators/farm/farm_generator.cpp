#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "batch.h"
#include "chaos_catalog.h"
#include "fleet.h"
#include "payload.h"
#include "scenario.h"
#include "team.h"
#include "thresher/plugin.hpp"

namespace farm {
namespace {

using thresher::Option;
using thresher::Options;

constexpr std::int64_t kSeed = 12345;
constexpr std::int64_t kNow = 1767225600;    // 2026-01-01T00:00:00Z
constexpr double kEndOfTime = 253402300799;  // 9999-12-31T23:59:59Z: timestamps have four digits for the year
constexpr double kLargestIndex = 1000000;

/// In the order of FarmGenerator::describe().
enum class Kind : std::uint8_t { profile, fleet, team, workflow, batch, scenario, chaos_catalog, payload };

Option seed_option() { return thresher::integer("seed", kSeed, "the same seed gives the same document"); }
Option compat_option() {
  return thresher::boolean("compat", false, "as the public generator makes it, defects included");
}
Option now_option() {
  return thresher::integer("now", kNow, "unix seconds; created_at and generated_at count back from it")
      .between(0, kEndOfTime);
}
Option chaos_option(double rate) {
  return thresher::number("chaos_rate", rate, "how likely a task gets a fault to inject").between(0, 1);
}

template <std::size_t N>
std::string choices(const std::array<std::string_view, N>& names) {
  std::string joined;
  for (const std::string_view name : names) joined.append(joined.empty() ? "" : "|").append(name);
  return joined;
}

Option scale_option() { return thresher::choice("scale", choices(kScales), "small", "10, 50 or 100 agents"); }

template <class Enum, std::size_t N>
Enum parsed(const std::string& text, const std::array<std::string_view, N>& names) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  throw std::invalid_argument("\"" + text + "\" is none of " + choices(names));
}

template <class Enum, std::size_t N>
Enum chosen(const Options& given, std::string_view name, const std::array<std::string_view, N>& names) {
  return parsed<Enum>(given.text(name), names);
}

template <class Enum, std::size_t N>
std::optional<Enum> chosen_if_given(const Options& given, std::string_view name,
                                    const std::array<std::string_view, N>& names) {
  const std::string text = given.text(name);
  if (text.empty()) return std::nullopt;
  return parsed<Enum>(text, names);
}

Seed seed_of(const Options& given) { return Seed(given.integer("seed")); }
Dialect dialect_of(const Options& given) { return given.boolean("compat") ? Dialect::compat : Dialect::ours; }

/// The parameters are checked against the declaration before they come here.
class FarmGenerator final : public thresher::Generator {
 public:
  static thresher::GeneratorDescription describe();
  FarmGenerator(const Options&, std::uint64_t) {}  // NOLINT: every product has a seed of its own, with a default

  void generate(std::size_t product, const Options& given, std::string& out) override {
    JsonWriter json(out);
    switch (static_cast<Kind>(product)) {
      case Kind::profile:
        return profile(given, json);
      case Kind::fleet:
        return write_fleet(
            draw_fleet(seed_of(given), chosen<Scale>(given, "scale", kScales), dialect_of(given), seeded_),
            dialect_of(given), given.integer("now"), json);
      case Kind::team:
        return write_team(
            draw_team(seed_of(given), static_cast<std::uint32_t>(given.integer("size")), dialect_of(given), seeded_),
            dialect_of(given), given.integer("now"), json);
      case Kind::workflow:
        return workflow(given, json);
      case Kind::batch:
        return batch(given, json);
      case Kind::scenario:
        return scenario(given, json);
      case Kind::chaos_catalog:
        return write_chaos_catalog(dialect_of(given), json);
      case Kind::payload:
        return write_payload(chosen<PayloadShape>(given, "shape", kPayloadShapes),
                             static_cast<std::size_t>(given.integer("size_bytes")), seed_of(given), json);
    }
    throw std::out_of_range("there is no product " + std::to_string(product));
  }

 private:
  void profile(const Options& given, JsonWriter& json);
  void workflow(const Options& given, JsonWriter& json);
  void batch(const Options& given, JsonWriter& json);
  void scenario(const Options& given, JsonWriter& json);

  Seeded seeded_;
  Workflow workflow_;  ///< reused, for its memory
};

void FarmGenerator::profile(const Options& given, JsonWriter& json) {
  const Seed seed = seed_of(given);
  const Dialect dialect = dialect_of(given);
  const auto index = static_cast<std::uint32_t>(given.integer("index"));
  const AgentRequest request{seed, chosen<AgentType>(given, "agent_type", kAgentTypes), index,
                             chosen_if_given<Reliability>(given, "reliability", kReliabilities),
                             chosen_if_given<Cost>(given, "cost", kCosts)};
  json.begin_object();
  write_moment("generated_at", given.integer("now"), dialect, json);
  json.member("seed", seed);
  json.key("agent");
  write_agent(draw_agent(request, seeded_.at(seed + index), dialect), dialect, given.integer("now"), json);
  json.end_object();
}

void FarmGenerator::workflow(const Options& given, JsonWriter& json) {
  const bool streamed = given.given("stream_sequence");
  WorkflowRequest request{seed_of(given),
                          chosen_if_given<WorkflowType>(given, "workflow_type", kWorkflowTypes),
                          {},
                          given.number("chaos_rate"),
                          dialect_of(given)};
  // A stream draws how long its workflows are; elsewhere the default counts.
  if (!streamed || given.given("num_tasks")) request.tasks = static_cast<std::uint8_t>(given.integer("num_tasks"));
  draw_workflow(request, seeded_, workflow_);
  WorkflowStyle style{request.dialect, given.integer("now"), {}, request.dialect == Dialect::ours};
  if (streamed) style.stream_sequence = given.integer("stream_sequence");
  const Prognosis expected = prognosis(workflow_);
  write_workflow(workflow_, &expected, style, json);
}

void FarmGenerator::batch(const Options& given, JsonWriter& json) {
  const Dialect dialect = dialect_of(given);
  const Batch drawn = draw_batch(seed_of(given), static_cast<std::uint32_t>(given.integer("count")),
                                 given.number("chaos_rate"), dialect, seeded_);
  write_batch(drawn, prognoses(drawn), {dialect, given.integer("now"), {}, dialect == Dialect::ours}, json);
}

void FarmGenerator::scenario(const Options& given, JsonWriter& json) {
  const Scenario drawn(
      {seed_of(given), chosen<Scale>(given, "scale", kScales),
       static_cast<std::uint32_t>(given.integer("workflow_count")), given.number("chaos_rate"), dialect_of(given)},
      seeded_);
  write_scenario(drawn, given.boolean("pushed") ? ScenarioForm::pushed : ScenarioForm::shown, given.integer("now"),
                 json);
}

thresher::GeneratorDescription FarmGenerator::describe() {
  using namespace thresher;
  GeneratorDescription about;
  about.name = "farm";
  about.summary = "agent fleets, workflows and stress scenarios that know their own right answer";
  about.products = {
      {"profile",
       "one agent",
       {seed_option(), choice("agent_type", choices(kAgentTypes), "worker", "what it does"),
        choice("reliability", choices(kReliabilities), "", "how reliable it is; without it: drawn").optional(),
        choice("cost", choices(kCosts), "", "what it costs; without it: drawn").optional(),
        integer("index", 0, "its number in its fleet").between(0, kLargestIndex), compat_option(), now_option()}},
      {"fleet", "agents of every type", {scale_option(), seed_option(), compat_option(), now_option()}},
      {"team",
       "agents that complement each other",
       {integer("size", 5, "how many agents").between(3, 10), seed_option(), compat_option(), now_option()}},
      {"workflow",
       "a graph of tasks",
       {choice("workflow_type", choices(kWorkflowTypes), "", "its shape; without it: drawn").optional(),
        integer("num_tasks", 6, "how many tasks; of a stream without it: drawn").between(2, Task::kMost),
        chaos_option(0.0), seed_option(),
        integer("stream_sequence", 0, "its number in a stream, which becomes a member").at_least(0).optional(),
        compat_option(), now_option()}},
      {"batch",
       "workflows of every shape",
       {integer("count", 10, "how many workflows").between(1, 100), chaos_option(0.1), seed_option(), compat_option(),
        now_option()}},
      {"scenario",
       "a fleet, workflows, and who does which task",
       {scale_option(), integer("workflow_count", 5, "how many workflows").between(1, 50), chaos_option(0.2),
        seed_option(), boolean("pushed", false, "in the form that platforms take in, instead of that which is shown"),
        compat_option(), now_option()}},
      {"chaos_catalog", "the faults there are", {compat_option()}},
      {"payload",
       "a request body of a wanted size",
       {integer("size_bytes", 1024, "of the body, exactly").between(kSmallestPayload, kLargestPayload), seed_option(),
        choice("shape", choices(kPayloadShapes), "chat", "what it looks like"), compat_option()}},
  };
  return about;
}

}  // namespace
}  // namespace farm

THRESHER_PLUGIN("farm_generator", "1.0.0", farm::FarmGenerator)
