#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace thresher::service {

/// A run as somebody puts it together in the page (page/README.md): what `thresher run` takes as flags. What is empty
/// was not said: the profile or the script decides. Values are as typed; whether they make sense is for the run to say.
struct Form {
  struct Stage {
    std::string duration;  ///< "30s"
    double target = 0;
  };
  struct Threshold {
    std::string metric, expression;  ///< "http_req_duration", "p(95)<500"
  };

  std::vector<std::string> files, scenarios, tasks, tags, exclude_tags;
  std::string profile, executor, host;
  std::optional<std::uint64_t> users, seed, workers;
  std::optional<double> spawn_rate, rate;  ///< per second
  std::string run_time;                    ///< "5m"
  std::vector<Stage> stages;
  std::vector<Threshold> thresholds;
  std::vector<std::string> stand_ins;
  std::vector<std::pair<std::string, std::string>> env;  ///< name, value
  bool rehearse = false;
};

/// The error names the member that is wrong, its value and what would be right. Members that are null or missing were
/// not said; unknown ones are refused, since a slip would start another run than the one meant.
Result<Form> parse_form(std::string_view json);

/// The words behind "thresher": {"run", "scripts/x.lua", "--users", "10"}. Each value is a word, or the end of one, of
/// its own, and none can be taken for a flag. Pure.
std::vector<std::string> arguments_of(const Form& form);

/// A form's members as JSON schemas: for the OpenAPI document.
std::string_view form_members();

/// "thresher run ..." as a person would paste it into a shell. Pure.
std::string command_line_of(const std::vector<std::string>& arguments);

}  // namespace thresher::service
