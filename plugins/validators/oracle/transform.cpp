#include "oracle/transform.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace oracle {
namespace {

using NewNames = std::unordered_map<std::string, std::string>;

constexpr std::array<std::string_view, 3> kIdMembers = {"workflow_id", "task_id", "agent_id"};
constexpr std::array<std::string_view, 7> kReferences = {
    "depends_on", "dependencies", "assigned_agent", "assigned_agent_id", "from", "to", "body"};
/// Lists that say the same in any order. Attempts are not among them: their order is told, not only their numbers.
constexpr std::array<std::string_view, 12> kSets = {
    "workflows", "tasks",        "agents",       "depends_on",       "dependencies",  "tools_required",
    "tools",     "capabilities", "task_results", "workflow_results", "compensations", "loops"};

template <class Names>
bool is_in(const Names& names, std::string_view name) {
  for (const std::string_view each : names)
    if (each == name) return true;
  return false;
}

void collect(const Json& json, NewNames& names) {
  if (json.is_object())
    for (const auto& [key, value] : json.items())
      if (value.is_string() && is_in(kIdMembers, key)) names.try_emplace(value.get<std::string>());
  if (json.is_structured())
    for (const Json& each : json) collect(each, names);
}

/// Where an id may stand: a task may well be called "status", which is no reason to rename every member of that name.
enum class Inside { anything, reference, assignments };

Inside inside(std::string_view member, Inside around) {
  if (around == Inside::assignments || member == "agent_assignments" || member == "assignments")
    return Inside::assignments;
  return is_in(kIdMembers, member) || is_in(kReferences, member) ? Inside::reference : Inside::anything;
}

void rename(Json& json, const NewNames& names, Inside around = Inside::anything) {
  const auto new_name = [&](const std::string& old_name) {
    const auto found = names.find(old_name);
    return found == names.end() ? old_name : found->second;
  };
  if (json.is_string() && around != Inside::anything) {
    json = new_name(json.get<std::string>());
  } else if (json.is_array()) {
    for (Json& each : json) rename(each, names, around);
  } else if (json.is_object()) {
    Json renamed = Json::object();
    for (auto& [key, value] : json.items()) {
      rename(value, names, inside(key, around));
      renamed[around == Inside::assignments ? new_name(key) : key] = std::move(value);
    }
    json = std::move(renamed);
  }
}

void permute(Json& json, thresher::Random& random) {
  if (json.is_array())
    for (Json& each : json) permute(each, random);
  if (!json.is_object()) return;
  for (auto& [key, value] : json.items()) {
    permute(value, random);
    if (!value.is_array() || !is_in(kSets, key)) continue;
    for (std::size_t i = value.size(); i > 1; --i) std::swap(value[i - 1], value[random.below(i)]);
  }
}

/// The first workflow of a submission, or null.
Json* first_workflow(Json& submission) {
  Json& document = submission["document"];
  if (submission["event"] == "workflow") return &document;
  Json* list = document.contains("workflows") ? &document["workflows"] : nullptr;
  if (list != nullptr && list->is_object() && list->contains("workflows")) list = &(*list)["workflows"];
  return list != nullptr && list->is_array() && !list->empty() ? &list->front() : nullptr;
}

/// The result of that workflow, or null.
Json* result_of(Json& answer, const Json& workflow_id) {
  if (!answer.contains("workflow_results")) return answer.contains("task_results") ? &answer : nullptr;
  for (Json& each : answer["workflow_results"])
    if (each.value("workflow_id", Json()) == workflow_id && each.contains("task_results")) return &each;
  return nullptr;
}

void increase(Json& answer, const char* counter) {
  if (answer.contains(counter) && answer[counter].is_number_integer())
    answer[counter] = answer[counter].get<std::int64_t>() + 1;
}

}  // namespace

void rename_ids(Story& story) {
  NewNames names;
  collect(story.fleet, names);
  collect(story.submission["document"], names);
  std::size_t number = 0;
  for (auto& [old_name, new_name] : names)  // in the table's order, which has nothing to do with that of the names
    new_name = fmt::format("renamed-{}", ++number);
  rename(story.fleet, names);
  rename(story.submission["document"], names);
  if (story.submission.contains("assignments")) rename(story.submission["assignments"], names, Inside::assignments);
  rename(story.result["answer"], names);
}

void permute_lists(Story& story, thresher::Random& random) {
  permute(story.fleet, random);
  permute(story.submission, random);
  permute(story.result["answer"], random);
}

void add_leaf(Story& story) {
  Json* const workflow = first_workflow(story.submission);
  if (workflow == nullptr || !workflow->contains("tasks") || (*workflow)["tasks"].empty()) return;
  Json& answer = story.result["answer"];
  Json* const result = result_of(answer, (*workflow)["workflow_id"]);
  if (result == nullptr) return;
  const Json needed = (*workflow)["tasks"].back()["task_id"];
  const bool completed = result->value("status", "") == "completed";
  Json end;
  for (const Json& task : (*result)["task_results"])
    if (task.value("task_id", Json()) == needed && task.contains("completed_at")) end = task["completed_at"];
  if (completed && end.is_null()) return;
  (*workflow)["tasks"].push_back({{"task_id", "leaf-that-does-nothing"},
                                  {"type", "notification"},
                                  {"name", "leaf"},
                                  {"depends_on", Json::array({needed})},
                                  {"retryable", true},
                                  {"max_retries", 3},
                                  {"idempotent", true}});
  Json leaf = {{"task_id", "leaf-that-does-nothing"}, {"status", completed ? "completed" : "skipped"}};
  leaf["started_at"] = leaf["completed_at"] = completed ? end : Json();
  (*result)["task_results"].push_back(std::move(leaf));
  increase(answer, "total_tasks");
  if (completed) increase(answer, "tasks_completed");
}

}  // namespace oracle
