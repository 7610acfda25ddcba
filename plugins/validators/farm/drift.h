#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "farm/checks.h"

namespace farm {

/// What a platform kept of what it was sent, by reading it back: fields it dropped or changed without a word. Elements
/// of lists are matched by their id where they have one. What it added is its own business.
class Drift {
 public:
  struct Field {
    bool dropped = false;  ///< else changed
    std::uint64_t count = 0;
    std::string example;  ///< which element: "agents[agent-work-1]"
    Json sent, got;       ///< of the example
  };

  void compare(const Json& sent, const Json& got);

  std::uint64_t compared() const { return compared_; }  ///< values looked at
  /// By path, such as "agents[].policy.rate_limits".
  const std::map<std::string, Field>& fields() const { return fields_; }
  /// {compared, fields: [{path, what, count, example, sent, got}]}
  Json to_json() const;

 private:
  void walk(const Json& sent, const Json& got, const std::string& path, const std::string& place);
  void walk_list(const Json& sent, const Json& got, const std::string& path, const std::string& place);
  void note(const std::string& path, const std::string& place, const Json& sent, const Json* got);

  std::uint64_t compared_ = 0;
  std::map<std::string, Field> fields_;
};

}  // namespace farm
