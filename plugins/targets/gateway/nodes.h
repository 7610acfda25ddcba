#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

/// An agent and what it can do.
struct Node {
  std::string id, base_url, version;
  std::vector<std::string> reasoners, skills;
  std::string document;  ///< as it was registered, JSON

  /// "reasoner" or "skill"; empty when it has none of that name.
  std::string_view type_of(std::string_view target) const;
};

/// The nodes that are known: the demo agent of the document, and those that were registered. A node keeps its address
/// for good, as executions point to theirs.
class Nodes {
 public:
  static constexpr std::size_t kMost = 1000;

  Nodes();
  /// Adds a node, or replaces what one of that id can do; false when there are too many.
  bool put(Node node);
  const Node* find(std::string_view id) const;
  const std::map<std::string, std::unique_ptr<Node>, std::less<>>& all() const { return nodes_; }

 private:
  std::map<std::string, std::unique_ptr<Node>, std::less<>> nodes_;
};

}  // namespace gateway
