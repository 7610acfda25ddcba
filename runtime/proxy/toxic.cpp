#include "proxy/toxic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <limits>
#include <vector>

#include "base/text.h"

namespace thresher::proxy {
namespace {

constexpr double kMostMilliseconds = 86'400'000;  // a day
constexpr double kMostMicroseconds = 1e9;
constexpr double kMostBytes = 9'007'199'254'740'992;  // 2^53: what a JSON number counts exactly

constexpr Attribute kLatency[] = {{"latency", "ms", 0, 0, kMostMilliseconds},
                                  {"jitter", "ms", 0, 0, kMostMilliseconds}};
constexpr Attribute kBandwidth[] = {{"rate", "KB/s", 0, 0, 1e9}};
constexpr Attribute kSlowClose[] = {{"delay", "ms", 0, 0, kMostMilliseconds}};
constexpr Attribute kTimeout[] = {{"timeout", "ms", 0, 0, kMostMilliseconds}};
constexpr Attribute kSlicer[] = {{"average_size", "bytes", 0, 0, 1e9},
                                 {"size_variation", "bytes", 0, 0, 1e9},
                                 {"delay", "us", 0, 0, kMostMicroseconds}};
constexpr Attribute kLimitData[] = {{"bytes", "bytes", 0, 0, kMostBytes}};
constexpr Attribute kCorrupt[] = {{"rate", "of all bytes", 0.001, 0, 1}};

constexpr std::string_view kTypeNames[] = {"latency", "bandwidth",  "slow_close", "timeout", "reset_peer",
                                           "slicer",  "limit_data", "corrupt",    "down"};

std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return copy;
}

auto refuse(std::string why) { return fail(ErrorCode::invalid_argument, std::move(why)); }

}  // namespace

std::string_view name_of(ToxicType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<ToxicType> toxic_type(std::string_view name) {
  const auto* const found = std::find(std::begin(kTypeNames), std::end(kTypeNames), name);
  if (found == std::end(kTypeNames)) return std::nullopt;
  return static_cast<ToxicType>(found - std::begin(kTypeNames));
}

std::string_view name_of(Direction direction) { return direction == Direction::upstream ? "upstream" : "downstream"; }

std::optional<Direction> direction(std::string_view name) {
  const std::string plain = lower(name);
  if (plain == "upstream") return Direction::upstream;
  if (plain == "downstream") return Direction::downstream;
  return std::nullopt;
}

std::string_view name_of(Per per) { return per == Per::request ? "request" : "connection"; }

std::optional<Per> per(std::string_view name) {
  if (name == "request") return Per::request;
  if (name == "connection") return Per::connection;
  return std::nullopt;
}

std::span<const Attribute> attributes_of(ToxicType type) {
  switch (type) {
    case ToxicType::latency:
      return kLatency;
    case ToxicType::bandwidth:
      return kBandwidth;
    case ToxicType::slow_close:
      return kSlowClose;
    case ToxicType::timeout:
    case ToxicType::reset_peer:
      return kTimeout;
    case ToxicType::slicer:
      return kSlicer;
    case ToxicType::limit_data:
      return kLimitData;
    case ToxicType::corrupt:
      return kCorrupt;
    case ToxicType::down:
      return {};
  }
  return {};
}

Toxic Toxic::of(ToxicType type) {
  Toxic toxic;
  toxic.type = type;
  const auto attributes = attributes_of(type);
  for (std::size_t i = 0; i < attributes.size(); ++i) toxic.values_[i] = attributes[i].fallback;
  return toxic;
}

double Toxic::value(std::string_view attribute) const {
  const auto attributes = attributes_of(type);
  for (std::size_t i = 0; i < attributes.size(); ++i)
    if (attributes[i].name == attribute) return values_[i];
  assert(false);
  return 0;
}

Result<void> Toxic::set(std::string_view attribute, double value) {
  const auto attributes = attributes_of(type);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Attribute& known = attributes[i];
    names.emplace_back(known.name);
    if (known.name != attribute) continue;
    if (!(value >= known.least && value <= known.most))
      return refuse(fmt::format("{}: {} is {}, from {} to {}, not {}", name_of(type), known.name, known.unit,
                                known.least, known.most, value));
    values_[i] = value;
    return {};
  }
  if (names.empty()) return refuse(fmt::format("{} takes no attributes, so no '{}'", name_of(type), attribute));
  const std::string_view near = closest(attribute, names);
  return refuse(
      near.empty()
          ? fmt::format("{} has no attribute '{}'; it takes {}", name_of(type), attribute, fmt::join(names, ", "))
          : fmt::format("{} has no attribute '{}'; did you mean '{}'?", name_of(type), attribute, near));
}

std::string default_name(const Toxic& toxic) {
  return fmt::format("{}_{}", name_of(toxic.type), name_of(toxic.stream));
}

Result<void> check(const Toxic& toxic) {
  if (!(toxic.toxicity >= 0 && toxic.toxicity <= 1))
    return refuse(fmt::format("toxicity is a share from 0 to 1, not {}", toxic.toxicity));
  if (toxic.type == ToxicType::slicer) {
    const double size = toxic.value("average_size"), variation = toxic.value("size_variation");
    if (size < 1) return refuse(fmt::format("slicer: average_size must be 1 byte or more, not {}", size));
    if (variation >= size)
      return refuse(fmt::format("slicer: size_variation ({}) must be less than average_size ({})", variation, size));
  }
  if (toxic.type == ToxicType::down && (toxic.toxicity != 1 || toxic.per != Per::connection))
    return refuse("down strikes the whole proxy: it takes a schedule, but neither toxicity nor per");
  return check(toxic.schedule);
}

}  // namespace thresher::proxy
