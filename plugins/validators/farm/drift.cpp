#include "farm/drift.h"

#include <algorithm>
#include <cmath>

namespace farm {
namespace {

/// The member by which an element of a list is known; empty when it has none.
std::string id_of(const Json& element) {
  if (!element.is_object()) return {};
  for (const char* name : {"agent_id", "workflow_id", "task_id", "id"})
    if (const auto found = element.find(name); found != element.end() && found->is_string())
      return found->get<std::string>();
  return {};
}

bool same(const Json& sent, const Json& got) {
  if (sent.is_number() && got.is_number()) {  // 5 and 5.0 are one number; so are neighbours, after a detour by text
    const double a = sent.get<double>(), b = got.get<double>();
    return a == b || std::fabs(a - b) <= 1e-12 * std::max(std::fabs(a), std::fabs(b));
  }
  return sent == got;
}

std::string below(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }

}  // namespace

void Drift::note(const std::string& path, const std::string& place, const Json& sent, const Json* got) {
  Field& field = fields_[path];
  if (++field.count > 1) return;
  field.dropped = got == nullptr;
  field.example = place;
  field.sent = sent;
  field.got = got == nullptr ? Json() : *got;
}

void Drift::walk_list(const Json& sent, const Json& got, const std::string& path, const std::string& place) {
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const std::string id = id_of(sent[i]);
    const Json* other = i < got.size() ? &got[i] : nullptr;
    if (!id.empty() && (other == nullptr || id_of(*other) != id)) {
      const auto found = std::find_if(got.begin(), got.end(), [&](const Json& each) { return id_of(each) == id; });
      other = found == got.end() ? nullptr : &*found;
    }
    const std::string here = place + "[" + (id.empty() ? std::to_string(i) : id) + "]";
    if (other == nullptr)
      note(path + "[]", here, sent[i], nullptr);
    else
      walk(sent[i], *other, path + "[]", here);
  }
}

void Drift::walk(const Json& sent, const Json& got, const std::string& path, const std::string& place) {
  ++compared_;
  if (sent.is_object() && got.is_object()) {
    for (const auto& [key, value] : sent.items()) {
      const auto found = got.find(key);
      if (found == got.end())
        note(below(path, key), below(place, key), value, nullptr);
      else
        walk(value, *found, below(path, key), below(place, key));
    }
  } else if (sent.is_array() && got.is_array()) {
    walk_list(sent, got, path, place);
  } else if (!same(sent, got)) {
    note(path, place, sent, &got);
  }
}

void Drift::compare(const Json& sent, const Json& got) { walk(sent, got, "", ""); }

Json Drift::to_json() const {
  Json fields = Json::array();
  for (const auto& [path, field] : fields_)
    fields.push_back({{"path", path},
                      {"what", field.dropped ? "dropped" : "changed"},
                      {"count", field.count},
                      {"example", field.example},
                      {"sent", field.sent},
                      {"got", field.got}});
  return {{"compared", compared_}, {"fields", std::move(fields)}};
}

}  // namespace farm
