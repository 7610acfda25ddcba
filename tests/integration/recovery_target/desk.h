#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/registry.h"

namespace recovery_test {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using thresher::Nanoseconds;

/// One answer, and when it was asked for and heard.
struct Reply {
  int status = 0;  ///< 0: the connection was reset
  Json body;
  Nanoseconds sent{}, heard{};

  bool ok() const { return status / 100 == 2; }
};

/// The stand-in `recovery`, a clock of its own, and the history of what was done with it.
class Desk {
 public:
  Desk(const std::string& options, std::uint64_t seed);

  /// Asks at `at`; the clock stays where it is.
  Reply ask_at(Nanoseconds at, std::uint16_t port, std::string_view method, std::string_view path, const Json& body);
  /// Asks now, and again while the platform is down; the clock goes on to the answer.
  Reply post(const std::string& path, const Json& body) { return ask(8460, "POST", path, body); }
  Reply get(const std::string& path) { return ask(8460, "GET", path, nullptr); }
  Reply call_tool(const std::string& name, const Json& body) { return ask(8461, "POST", "/tools/" + name, body); }
  Reply ledger_of(const std::string& workflow) { return ask(8461, "GET", "/ledger", workflow); }

  /// Writes an event down, at `t` or now.
  void note(std::string_view event, Json members) { note_at(now_, event, std::move(members)); }
  void note_at(Nanoseconds t, std::string_view event, Json members);

  Nanoseconds now() const { return now_; }
  double now_ms() const { return in_ms(now_); }
  static double in_ms(Nanoseconds at) { return static_cast<double>(at.count()) / 1e6; }
  void wait(Nanoseconds span) { now_ += span; }
  void wait_until(Nanoseconds at) { now_ = std::max(now_, at); }

  /// What was noted, in the order of time.
  std::vector<std::string> lines() &&;

 private:
  Reply ask(std::uint16_t port, std::string_view method, const std::string& path, const Json& body);

  thresher::plugin::Registry registry_;
  std::unique_ptr<thresher::plugin::Target> target_;
  Nanoseconds now_{}, wall_;
  std::uint64_t requests_ = 0;
  std::vector<std::pair<Nanoseconds, std::string>> lines_;
};

}  // namespace recovery_test
