#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "proxy/schedule.h"

namespace thresher::proxy {

/// The faults. Names, attributes and units of the first seven are Toxiproxy's.
///
/// | type       | does |
/// |------------|------------------------------------------------------------------------------------------------------|
/// | latency    | delays bytes by latency ± jitter ms, in order, as many at a time as there are | | bandwidth  | lets
/// rate KB/s through (1 KB = 1,000 bytes), a tenth of a second's worth at a time; 0: nothing        | | slow_close |
/// holds the end of the stream back for delay ms                                                        | | timeout |
/// drops everything and closes the connection timeout ms after it took hold; 0: never                   | | reset_peer
/// | drops everything and resets the connection timeout ms after the first bytes                          | | slicer |
/// cuts writes into average_size ± size_variation bytes, delay us apart                                 | | limit_data
/// | closes the connection after so many bytes                                                            | | corrupt
/// | flips one bit in each byte with probability rate                                                     | | down |
/// the whole proxy refuses connections and drops those it has, for its schedule                         |
enum class ToxicType : std::uint8_t {
  latency,
  bandwidth,
  slow_close,
  timeout,
  reset_peer,
  slicer,
  limit_data,
  corrupt,
  down
};
std::string_view name_of(ToxicType type);
std::optional<ToxicType> toxic_type(std::string_view name);

/// Which bytes: the client's to the server, or the server's to the client.
enum class Direction : std::uint8_t { upstream, downstream };
std::string_view name_of(Direction direction);
std::optional<Direction> direction(std::string_view name);  ///< any case, as Toxiproxy reads it

/// What the toxicity is drawn for. A request is a burst: what a client sends until it has been answered.
enum class Per : std::uint8_t { connection, request };
std::string_view name_of(Per per);
std::optional<Per> per(std::string_view name);

/// A number that a type of toxic takes.
struct Attribute {
  std::string_view name, unit;
  double fallback = 0;  ///< when nobody says
  double least = 0, most = 0;
};
std::span<const Attribute> attributes_of(ToxicType type);

/// One fault as somebody asked for it.
struct Toxic {
  std::string name;  ///< unique in its proxy; empty: default_name()
  ToxicType type = ToxicType::latency;
  Direction stream = Direction::downstream;
  double toxicity = 1;  ///< share of connections (or requests) it strikes, 0 to 1
  Per per = Per::connection;
  Schedule schedule;

  /// With every attribute at its fallback.
  static Toxic of(ToxicType type);
  double value(std::string_view attribute) const;  ///< an attribute of its type
  /// Errors: no such attribute (names the nearest), a value out of its range.
  Result<void> set(std::string_view attribute, double value);

 private:
  std::array<double, 3> values_{};  ///< in the order of attributes_of(type)
};

std::string default_name(const Toxic& toxic);  ///< "latency_downstream"

/// What set() could not see: attributes that contradict one another, toxicity, schedule, what `down` cannot do.
Result<void> check(const Toxic& toxic);

}  // namespace thresher::proxy
