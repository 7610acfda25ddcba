#include "nodes.h"

#include <algorithm>
#include <utility>

namespace gateway {

std::string_view Node::type_of(std::string_view target) const {
  if (std::find(reasoners.begin(), reasoners.end(), target) != reasoners.end()) return "reasoner";
  if (std::find(skills.begin(), skills.end(), target) != skills.end()) return "skill";
  return {};
}

Nodes::Nodes() {
  put({.id = "demo-agent",
       .base_url = "http://127.0.0.1:8001",
       .version = "1.0.0",
       .reasoners = {"synthetic_nested"},
       .skills = {"echo"},
       .document = R"({"id":"demo-agent","base_url":"http://127.0.0.1:8001","version":"1.0.0",)"
                   R"("reasoners":[{"id":"synthetic_nested"}],"skills":[{"id":"echo"}]})"});
}

bool Nodes::put(Node node) {
  if (const auto known = nodes_.find(node.id); known != nodes_.end()) {
    *known->second = std::move(node);
    return true;
  }
  if (nodes_.size() >= kMost) return false;
  auto made = std::make_unique<Node>(std::move(node));
  nodes_.emplace(made->id, std::move(made));
  return true;
}

const Node* Nodes::find(std::string_view id) const {
  const auto known = nodes_.find(id);
  return known == nodes_.end() ? nullptr : known->second.get();
}

}  // namespace gateway
