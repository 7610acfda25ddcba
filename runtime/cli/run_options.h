#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "profile/profile.h"

namespace thresher::cli {

/// The live page beside a run: --web and its kind.
struct WebOptions {
  bool wanted = false, headless = false;  ///< headless wins, so that what the page starts starts no page of its own
  bool autoquit = false;                  ///< the page ends with the run
  std::optional<std::uint16_t> port;
  std::optional<std::string> address;  ///< "HOST:PORT", which wants the page too

  bool shown() const { return (wanted || address) && !headless; }
};

/// Everything `thresher run` and `thresher rehearse` take: flags over THRESHER_* variables over thresher.toml. Only of
/// the load shape do the profile and the scripts have a say in between, so thresher.toml's part of it is kept apart.
struct RunOptions {
  std::vector<std::string> files;
  std::optional<std::string> profile;
  profile::Profile settings_shape;  ///< users, rate, stages, tags ... of thresher.toml
  profile::Profile shape;           ///< of the flags and the environment
  std::optional<std::string> host;
  std::optional<unsigned> workers;
  std::optional<std::uint64_t> seed;
  std::map<std::string, std::string> environment;  ///< --env NAME=VALUE over the process's own

  std::optional<std::string> csv, html, json, junit, summary_export, hgrm, history;
  std::optional<std::string> report_dir;
  bool csv_full_history = false;
  bool preflight = true;
  bool no_history = false;           ///< keep the run out of `thresher runs`
  std::vector<std::string> outputs;  ///< --out KIND=WHERE
  std::vector<std::string> trend_stats;
  std::string time_unit;  ///< "", "s", "ms" or "us"
  std::vector<std::pair<std::string, std::string>> run_tags;

  std::vector<std::string> plugins;
  std::vector<std::string> stand_ins;  ///< NAME or NAME={json}
  std::optional<bool> insecure_skip_tls_verify, no_connection_reuse, shared_connections;
  std::optional<std::string> ca_file, user_agent;
  std::optional<int> max_redirects;
  std::optional<std::string> http_debug;  ///< "" or "full"
  Nanoseconds script_limit = std::chrono::seconds(10);

  bool dry_run = false;  ///< print the plan instead of running it
  WebOptions web;        ///< of run only

  bool quiet = false, verbose = false, no_color = false;
  std::string log_format = "text";
  std::optional<std::string> log_file;
};

/// What a command line asks for.
struct Command {
  enum class Kind { run, rehearse, list, stand_in, plugins, new_file, version, help, other };
  Kind kind = Kind::help;
  std::vector<std::string> arguments;   ///< as typed, without the program's name
  std::string line;                     ///< as typed, quoted where a shell would want it
  RunOptions run;                       ///< run, rehearse, list; plugins and stand_in use its plugin paths and seed
  bool as_json = false;                 ///< list, plugins
  std::string stand_in;                 ///< stand-in NAME
  std::string config = "{}";            ///< stand-in --config
  std::string bind_host = "127.0.0.1";  ///< stand-in --bind
  std::string new_kind, new_path;       ///< new scenario|plugin PATH
  std::string text;                     ///< help: what to print
  std::function<int()> perform;         ///< other: does it all and returns the exit code
};

/// Reads a command line, the THRESHER_* variables and, for a run, `settings_file` (none there is fine).
Result<Command> parse_command(int argc, const char* const* argv,
                              const std::filesystem::path& settings_file = "thresher.toml");

}  // namespace thresher::cli
