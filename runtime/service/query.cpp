#include "service/query.h"

#include <algorithm>

namespace thresher::service {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void Query::read(std::string_view text) {
  parameters_.clear();
  decoded_.clear();
  decoded_.reserve(text.size());  // decoding never lengthens a text, so the views into it stay good
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = decode(pair.substr(0, equals));
    parameters_.emplace_back(name, decode(pair.substr(std::min(equals + 1, pair.size()))));
  }
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (auto at = parameters_.rbegin(); at != parameters_.rend(); ++at)
    if (at->first == name) return at->second;
  return std::nullopt;
}

std::string_view Query::decode(std::string_view part) {
  if (part.find_first_of("%+") == std::string_view::npos) return part;
  const std::size_t from = decoded_.size();
  for (std::size_t i = 0; i < part.size(); ++i) {
    const int high = part[i] == '%' && i + 2 < part.size() ? hex_digit(part[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(part[i + 2]) : -1;
    if (low >= 0) {
      decoded_ += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded_ += part[i] == '+' ? ' ' : part[i];
    }
  }
  return std::string_view(decoded_).substr(from);
}

}  // namespace thresher::service
