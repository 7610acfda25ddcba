#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace thresher::cli {

/// What `thresher nested` is asked to do, once. Names and defaults are those of the public nested_workflow_stress.py;
/// what that has not stands at the end.
struct NestedOptions {
  std::string name = "default";  ///< of the scenario
  std::string base_url = "http://localhost:8080";
  std::string target;         ///< "node.reasoner"
  std::string mode = "sync";  ///< or "async"
  std::uint64_t requests = 100, concurrency = 8;
  std::uint64_t payload_bytes = 1024, depth = 0, width = 0;
  std::string body_template;                             ///< file
  std::vector<std::string> headers;                      ///< "KEY:VALUE" or "KEY=VALUE"
  double request_timeout = 60, execution_timeout = 600;  ///< seconds
  double poll_interval = 0.25, max_poll_interval = 5;    ///< seconds
  double backoff_multiplier = 1.7, jitter = 0.2;         ///< jitter: part of an interval, either way
  std::string save_metrics;                              ///< file; of the command line alone
  bool print_failures = false;
  std::string async_status_endpoint = "/api/v1/executions";
  std::string async_submit_prefix = "/api/v1/execute/async", sync_prefix = "/api/v1/execute";
  bool verify_ssl = false;
  std::optional<std::uint64_t> seed;
  std::string scenario_file;         ///< of the command line alone
  std::string metrics_url;           ///< empty: no metrics
  std::vector<std::string> metrics;  ///< names; empty: the default ones
  double metrics_timeout = 5;        ///< seconds

  bool batch_status = false;    ///< one call asks for all that are waited for
  std::uint64_t retries = 0;    ///< of a request that was refused (429, 503)
  double unknown_timeout = 30;  ///< seconds for which an execution may be unknown, or not be found
  bool check_dag = false, check_result = false;
  std::string metrics_prefix = "agentfield_";
  std::string stand_in;   ///< "gateway" or "gateway={json}"; of the command line alone
  bool rehearse = false;  ///< of the command line alone
  bool quiet = false;     ///< no progress; of the command line alone
};

/// One option: everything that the command line, scenario files and the environment have to know about it.
struct NestedOption {
  using Member = std::variant<std::string NestedOptions::*, std::uint64_t NestedOptions::*, double NestedOptions::*,
                              bool NestedOptions::*, std::vector<std::string> NestedOptions::*,
                              std::optional<std::uint64_t> NestedOptions::*>;
  const char* name;  ///< "payload-bytes"
  Member member;
  const char* type_name;  ///< "BYTES"; of a flag ""
  const char* help;
  double low = 0, high = 1e15;             ///< of numbers
  bool scenario = true;                    ///< may be in a scenario file
  const char* variable = nullptr;          ///< "PAYLOAD_BYTES"
  const char* variable_default = nullptr;  ///< used with the environment when it is not set; nullptr: the option's own

  constexpr NestedOption between(double least, double most) const {
    NestedOption changed = *this;
    changed.low = least;
    changed.high = most;
    return changed;
  }
  constexpr NestedOption in(const char* environment_variable, const char* otherwise = nullptr) const {
    NestedOption changed = *this;
    changed.variable = environment_variable;
    changed.variable_default = otherwise;
    return changed;
  }
  constexpr NestedOption only_once() const {
    NestedOption changed = *this;
    changed.scenario = false;
    return changed;
  }
};
std::span<const NestedOption> nested_options();

/// The options as the environment gives them: what the document's container does when it is started without arguments.
/// Its defaults differ from those of the command line (async, 200 requests, 16 at once). `variable` gives the value of
/// an environment variable or nullptr; one that is empty counts as not set. Errors name the variable.
Result<NestedOptions> nested_options_from_environment(const std::function<const char*(const char*)>& variable);

/// The scenarios of a file's text, a list of objects or one object: each takes over what it names from `common`; names
/// may be spelt with '-' or '_'. What is no option is passed over, as the public script does, and told in `remarks`,
/// unless it is an option misspelt, which is an error. Errors name file, scenario and key.
Result<std::vector<NestedOptions>> read_nested_scenarios(const std::string& json, const std::string& file,
                                                         const NestedOptions& common,
                                                         std::vector<std::string>& remarks);

/// Everything that can be known to be wrong before something is sent: ranges, modes, URLs, headers.
Result<void> check_nested(const NestedOptions& options);

/// The headers, split; checked.
Result<std::vector<std::pair<std::string, std::string>>> split_headers(const std::vector<std::string>& headers);

}  // namespace thresher::cli
