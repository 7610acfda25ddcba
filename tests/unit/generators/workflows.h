#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "farm_plugin.h"

/// Looks at our workflows the way a stranger would: from the JSON alone.
struct Graph {
  explicit Graph(const nlohmann::json& workflow) {
    for (const auto& task : workflow["tasks"]) {
      const std::string id = task["task_id"];
      ids.push_back(id);
      tasks[id] = task;
      for (const std::string before : task["depends_on"]) edges.insert({before, id});
    }
  }

  /// Every task that some path leads from to this one.
  std::set<std::string> before(const std::string& id) const {
    std::set<std::string> found;
    for (const auto& [from, to] : edges) {
      if (to != id) continue;
      found.insert(from);
      found.merge(before(from));
    }
    return found;
  }

  /// The heaviest path that ends with this task.
  double path(const std::string& id, const std::function<double(const std::string&)>& weight) const {
    double heaviest = 0;
    for (const auto& [from, to] : edges)
      if (to == id) heaviest = std::max(heaviest, path(from, weight));
    return heaviest + weight(id);
  }
  double longest(const std::function<double(const std::string&)>& weight) const {
    double heaviest = 0;
    for (const std::string& id : ids) heaviest = std::max(heaviest, path(id, weight));
    return heaviest;
  }

  std::vector<std::string> ids;
  std::map<std::string, nlohmann::json> tasks;
  std::set<std::pair<std::string, std::string>> edges;
};

/// Calls `look` with workflows of every type, of many sizes, chaos rates and seeds.
inline void for_every_kind(FarmPlugin& farm, const std::function<void(const nlohmann::json&)>& look, int seeds = 3) {
  for (const std::string type : {"linear", "dag", "parallel", "cyclic", "map_reduce", "saga"})
    for (const int size : {2, 3, 4, 6, 9, 20})
      for (const std::string rate : {"0", "0.2", "0.6", "1"})
        for (int seed = 0; seed < seeds; ++seed)
          look(farm.json("workflow", "workflow_type=" + type + "&num_tasks=" + std::to_string(size) +
                                         "&chaos_rate=" + rate + "&seed=" + std::to_string(seed * 1009 - 2000)));
}
