#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "profile/plan.h"
#include "profile/profile.h"
#include "profile/settings.h"

using namespace thresher::profile;

namespace {

/// A small catalogue, so that what parses is also planned.
std::vector<ScenarioInfo> catalogue() {
  ScenarioInfo health;
  health.name = "health";
  health.weight = 3;
  health.tags = {"health"};
  health.tasks = {{"core", 10, {"core", "health"}, "health.lua:3"}, {"all", 1, {"batch", "health"}, "health.lua:9"}};
  ScenarioInfo chat;
  chat.name = "chat";
  chat.tasks = {{"new", 5, {"chat"}, "chat.lua:4"}};
  return {health, chat};
}

}  // namespace

/// Whatever is written, the answer is a profile or an error that has a message; a profile settles into a plan or an
/// error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto parsed = parse_profile(text, "fuzz.toml");
  if (!parsed) {
    if (parsed.error().message.empty()) std::abort();
  } else if (auto plan = make_plan(*parsed, catalogue(), 7, 4); !plan) {
    if (plan.error().message.empty()) std::abort();
  } else {
    if (plan->scenarios.empty() || plan->text().empty()) std::abort();
    for (const std::uint64_t n : {0U, 1U, 1000U}) {
      if (plan->scenario_of(n) >= plan->scenarios.size()) std::abort();
    }
  }
  (void)parse_settings(text, "fuzz.toml");
  (void)parse_rate(text);
  (void)parse_stage(text);
  return 0;
}
