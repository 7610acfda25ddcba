#include "chaos_catalog.h"

namespace farm {
namespace {

std::string_view name_of(Recovery recovery) {
  constexpr std::array<std::string_view, 3> kNames = {"retried", "in_place", "fatal"};
  return kNames[static_cast<std::size_t>(recovery)];
}

}  // namespace

void write_chaos_catalog(Dialect dialect, JsonWriter& json) {
  json.begin_object();
  json.begin_array("chaos_types");
  for (const ChaosTraits& chaos : kChaos) {
    json.begin_object();
    json.member("type", chaos.name);
    json.member("description", chaos.description);
    json.member("recovery_action", chaos.recovery_action);
    json.begin_array("affected_task_types");
    for (const TaskType type : chaos.affects) json.text(farm::name_of(type));
    json.end_array();
    if (dialect == Dialect::ours) {
      json.member("recovery", name_of(chaos.recovery));
      json.member_raw("parameters", chaos.parameters);
    }
    json.end_object();
  }
  json.end_array();
  json.member("total_types", kChaos.size());
  json.end_object();
}

}  // namespace farm
