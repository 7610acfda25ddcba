#include "tenant.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "json_writer.h"
#include "thresher/random.hpp"

namespace aoa {
namespace {

std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

}  // namespace

Tenant::Tenant(const Conduct& conduct, std::string name)
    : conduct_(conduct), name_(std::move(name)), simulation_(conduct, [this](WorkflowRun& run) { run_ended(run); }) {}

std::string Tenant::ingest(Fleet fleet, Time now) {
  simulation_.advance(now);
  std::map<std::string_view, std::uint64_t> by_type;
  for (const AgentSpec& agent : fleet.agents) ++by_type[agent.type];
  std::string counted;
  JsonWriter json(counted);
  for (const auto& [type, count] : by_type) json.member(type, count);
  envelope_ = std::move(fleet.envelope);
  simulation_.ingest(std::move(fleet.agents), now);
  return counted;
}

std::string Tenant::fleet_document() const {
  std::string text = "{" + envelope_ + (envelope_.empty() ? "" : ",") + "\"agents\":[";
  const AgentPool& agents = simulation_.agents();
  bool first = true;
  for (std::uint32_t i = 0; i < agents.size(); ++i) {
    if (agents.agent(i).document.empty()) continue;  // the built-in one
    if (!std::exchange(first, false)) text += ',';
    text += agents.agent(i).document;
  }
  return text += "]}";
}

std::optional<Refusal> Tenant::objection(const Submission& submission) const {
  if (counters_.in_flight >= conduct_.limits.in_flight)
    return Refusal{429, fmt::format("{} submissions are in flight already", counters_.in_flight)};
  for (const WorkflowSpec& workflow : submission.workflows) {
    for (const TaskSpec& task : workflow.tasks) {
      if (task.assigned_agent.empty() || simulation_.agents().knows(task.assigned_agent)) continue;
      return Refusal{422, fmt::format("workflow \"{}\", task \"{}\": there is no agent \"{}\"", workflow.id, task.id,
                                      task.assigned_agent)};
    }
  }
  return std::nullopt;
}

std::variant<const Item*, Refusal> Tenant::submit(Submission submission, bool scenario, Time now) {
  simulation_.advance(now);
  forget_old();
  if (!submission.agents.empty()) simulation_.ingest(std::move(submission.agents), now);
  if (auto refused = objection(submission)) {
    count_rejection();
    return std::move(*refused);
  }
  const std::uint64_t number = next_number_++;
  Item& item = items_[number];
  item.number = number;
  item.id = fmt::format("{}-{:016x}", scenario ? "scn" : "exec",
                        thresher::Random(conduct_.seed, hash_of(name_), number).next());
  item.scenario = scenario;
  item.expected = submission.expected;
  item.submitted = now;
  numbers_.emplace(item.id, number);
  for (WorkflowSpec& spec : submission.workflows) {
    auto& run = item.runs.emplace_back(std::make_shared<WorkflowRun>());
    run->item = number;
    run->tasks.resize(spec.tasks.size());
    item.tasks += spec.tasks.size();
    run->spec = std::move(spec);
  }
  ++counters_.submitted;
  ++counters_.in_flight;
  const std::size_t at_once = conduct_.bugs.serial_workflows ? 1 : item.runs.size();
  for (std::size_t i = 0; i < at_once; ++i) simulation_.start(item.runs[i], now);
  return &item;
}

void Tenant::run_ended(WorkflowRun& run) {
  Item& item = items_.at(run.item);
  ++item.ended_runs;
  if (item.has_ended()) {
    item.ended = run.ended;
    ++counters_.terminal;
    --counters_.in_flight;
    ended_.push_back(item.number);
    ended_tasks_ += item.tasks;
    return;
  }
  if (conduct_.bugs.serial_workflows) simulation_.start(item.runs[item.ended_runs], run.ended);
}

void Tenant::forget_old() {
  while (ended_tasks_ > conduct_.limits.kept_tasks && ended_.size() > 1) {
    const auto oldest = items_.find(ended_.front());
    ended_.pop_front();
    ended_tasks_ -= oldest->second.tasks;
    numbers_.erase(oldest->second.id);
    items_.erase(oldest);
  }
}

Item* Tenant::find(std::string_view id, bool scenario) {
  const auto number = numbers_.find(std::string(id));
  if (number == numbers_.end()) return nullptr;
  Item& item = items_.at(number->second);
  return item.scenario == scenario ? &item : nullptr;
}

Counters Tenant::counters() const {
  Counters told = counters_;
  if (conduct_.misbehave == Misbehaviour::never_ends) told.in_flight += std::exchange(told.terminal, 0);
  if (conduct_.bugs.miscount) ++told.terminal;
  return told;
}

}  // namespace aoa
