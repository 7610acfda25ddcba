#include "plugin/verify.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/text.h"
#include "plugin/child_check.h"
#include "plugin/library.h"
#include "plugin/verify_suite.h"

namespace thresher::plugin {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::array kKinds = {&suite::target_kind, &suite::generator_kind, &suite::validator_kind, &suite::output_kind};

/// Where the children work, so that what a plugin writes by its defaults lands in no folder of the author's.
class Workshop {
 public:
  Workshop() : path_((fs::temp_directory_path() / "thresher-verify-XXXXXX").string()) {
    if (!mkdtemp(path_.data())) path_.clear();
  }
  ~Workshop() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  void enter() const { [[maybe_unused]] const int entered = path_.empty() ? 0 : chdir(path_.c_str()); }

 private:
  std::string path_;
};

class Verification {
 public:
  Verification(const fs::path& library, const VerifyOptions& options,
               const std::function<void(const CheckResult&)>& on_result)
      : library_(library), options_(options), on_result_(on_result) {}

  std::vector<CheckResult> run() {
    const ChildOutcome inventory = in_child([](const Registry& registry) -> ChildOutcome {
      const PluginInfo info = registry.plugins()[0];
      return {true, Json{info.targets, info.generators, info.validators, info.outputs}.dump()};
    });
    if (!note("library", "it loads and shakes hands", inventory)) return std::move(results_);
    const auto names = Json::parse(inventory.text).get<std::vector<std::vector<std::string>>>();
    note("library", "its entry point gives the same table again",
         in_child([this](const Registry&) { return again(); }));
    const bool empty = std::all_of(names.begin(), names.end(), [](const auto& kind) { return kind.empty(); });
    note("library", "it offers something", {!empty, "no target, generator, validator or output"});
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind)
      for (const std::string& name : names[kind]) verify(kKinds[kind](), name);
    return std::move(results_);
  }

 private:
  template <class Work>
  ChildOutcome in_child(Work&& work) {
    return run_in_child(
        [&]() -> ChildOutcome {
          workshop_.enter();
          Registry registry;
          if (auto loaded = registry.load(library_); !loaded) return {false, loaded.error().message};
          return work(registry);
        },
        options_.limit);
  }

  ChildOutcome again() const {
    const auto first = open_library(library_), second = open_library(library_);
    if (!first || !second) return {false, (first ? second : first).error().message};
    const bool same = std::memcmp(&first->plugin, &second->plugin, sizeof(thresher_plugin)) == 0;
    return {same, "the tables differ"};
  }

  void verify(const suite::Kind& kind, const std::string& name) {
    const std::string label = fmt::format("{} {}", kind.noun, name);
    const auto given = options_.configs.find(name);
    const std::string config = given == options_.configs.end() ? "{}" : given->second;
    const auto check = [&](std::string_view what, auto&& why_of) {
      return note(
          label, what, in_child([&](const Registry& registry) -> ChildOutcome {
            std::string why = why_of(suite::Subject{registry, name, config, options_.seed, options_.memory_budget});
            return {why.empty(), std::move(why)};
          }));
    };
    const bool made = check("an instance can be made", [&](const suite::Subject& subject) {
      std::string why = suite::makes_an_instance(kind, subject);
      if (!why.empty() && given == options_.configs.end())
        why += fmt::format("; if it needs an option, give it: --config '{}={{...}}'", name);
      return why;
    });
    if (!made) return;  // nothing else could be seen
    for (const suite::CommonCheck& common : suite::common_checks(kind))
      check(common.name, [&](const suite::Subject& subject) { return common.run(kind, subject); });
    for (const suite::NamedCheck& own : kind.own_checks) check(own.name, own.run);
  }

  bool note(std::string subject, std::string_view check, const ChildOutcome& outcome) {
    std::string why = outcome.passed ? "" : outcome.text.empty() ? "it does not say why" : outcome.text;
    results_.push_back({std::move(subject), std::string(check), std::move(why)});
    if (on_result_) on_result_(results_.back());
    return outcome.passed;
  }

  const fs::path& library_;
  const VerifyOptions& options_;
  const std::function<void(const CheckResult&)>& on_result_;
  Workshop workshop_;
  std::vector<CheckResult> results_;
};

}  // namespace

Result<std::vector<CheckResult>> verify_plugin(const fs::path& library, const VerifyOptions& options,
                                               const std::function<void(const CheckResult&)>& on_result) {
  const auto path = find_library(library);
  if (!path) return fail(path.error());
  return Verification(*path, options, on_result).run();
}

}  // namespace thresher::plugin
