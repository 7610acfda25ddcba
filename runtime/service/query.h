#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/generator.h"

namespace thresher::service {

/// The parameters of one query string, decoded ("%2F", "+"): names and values in the order sent. A name without '=' has
/// an empty value; an empty pair ("a=1&&b=2") is none; a '%' that no two hexadecimal digits follow stands for itself.
/// Its buffers are reused from query to query, and what needs no decoding is never copied.
class Query {
 public:
  /// `text` is what follows the '?'; it outlives the views given out, as does this object until its next read().
  void read(std::string_view text);

  std::span<const plugin::Parameter> parameters() const { return parameters_; }
  /// The value that counts: of a repeated name the last one, as the public server has it.
  std::optional<std::string_view> find(std::string_view name) const;

 private:
  std::string_view decode(std::string_view part);

  std::vector<plugin::Parameter> parameters_;
  std::string decoded_;
};

}  // namespace thresher::service
