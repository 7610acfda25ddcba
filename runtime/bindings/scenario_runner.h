#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/outcome.h"
#include "base/result.h"
#include "bindings/recovery_port.h"
#include "engine/iteration_runner.h"
#include "http/client.h"
#include "plugin/registry.h"
#include "profile/plan.h"

namespace thresher::bindings {

class DataStore;
std::shared_ptr<DataStore> make_data_store();
class FaultProxies;
std::shared_ptr<FaultProxies> make_fault_proxies();

/// An exchange of a walk, as it went over the line.
struct WalkedExchange {
  std::string task, where;  ///< "login", "login.lua:12"
  std::string request, response;
  int status = 0;  ///< 0: no answer
  Outcome outcome = Outcome::ok;
  bool expected = true;  ///< counts as success
};

/// Hears of a walk (ScenarioOptions::walk). The worker's thread.
class WalkListener {
 public:
  virtual void on_exchange(WalkedExchange exchange) = 0;
  virtual void on_missing_field(const std::string& task, std::string_view path) = 0;  ///< asked of a successful answer
  virtual void on_failed_check(const std::string& task, std::string_view check) = 0;

 protected:
  ~WalkListener() = default;
};

/// What a scenario's world is made of, the same for every worker.
struct ScenarioOptions {
  std::vector<std::filesystem::path> files;        ///< scenario files, in order
  std::string host;                                ///< overrides each scenario's own; empty: does not
  std::map<std::string, std::string> environment;  ///< for thresher.env
  http::ClientOptions http;
  std::string user_agent = "thresher";
  int max_redirects = 10;
  bool shared_connections = false;  ///< one pool per worker instead of one per user
  Nanoseconds request_timeout = std::chrono::seconds(60);
  Nanoseconds script_limit = std::chrono::seconds(10);  ///< longest a script may run between two waits; zero: no limit
  /// A rehearsal: the limit holds during the run too, where the engine cannot hold it, and JSON is written with sorted
  /// names, since a rehearsal sends the same bytes every time.
  bool watch_runs = false;
  bool http_debug = false, http_debug_full = false;
  /// Set: an iteration walks all tasks of the plan once, in order, without thinking and whatever fails, and this hears
  /// of it. Outlives the runners.
  WalkListener* walk = nullptr;
  const plugin::Registry* plugins = nullptr;  ///< for thresher.generator, validator and target; outlives the runners
  std::uint64_t seed = 0;                     ///< of generators and validators
  RecoveryPort* recovery = nullptr;           ///< for thresher.recovery; outlives the runners
  /// The data files scripts open, each read once: whoever has a copy of the same options shares them.
  std::shared_ptr<DataStore> data = make_data_store();
  /// The proxies scripts declare: likewise there once.
  std::shared_ptr<FaultProxies> fault_proxies = make_fault_proxies();
};

/// A validator that the files want the run to be judged by.
struct WantedValidator {
  std::string name;
  std::string config;  ///< a JSON object; checked
  bool operator==(const WantedValidator&) const = default;
};

/// The scenarios a set of files declares, with the options the scripts themselves ask for (thresher.options{...}).
struct Catalogue {
  std::vector<profile::ScenarioInfo> scenarios;
  profile::Profile options;                  ///< what thresher.options said; empty otherwise
  std::vector<metrics::MetricInfo> metrics;  ///< the custom metrics declared while loading
  std::vector<WantedValidator> validators;   ///< each once, in the order named
  bool has_setup = false, has_teardown = false;
};

/// Loads the files in a VM of their own, runs no user, and says what they declare. The error is the author's:
/// file:line, message and, for a runtime error, its traceback.
Result<Catalogue> read_catalogue(const ScenarioOptions& options);

/// Folders become the *.lua files directly inside, sorted; files stay as they are. An error names what is missing or
/// empty.
Result<std::vector<std::filesystem::path>> scenario_files(const std::vector<std::string>& arguments);

/// Runners over one VM per worker: coroutines, HTTP client, metrics.
engine::RunnerFactory make_runner_factory(ScenarioOptions options);

}  // namespace thresher::bindings
