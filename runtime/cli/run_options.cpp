#include "cli/run_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"
#include "cli/other_commands.h"
#include "profile/settings.h"

namespace thresher::cli {
namespace {

constexpr const char* kRunExamples = R"(Runs scenario scripts and reports how fast, and how right, the target was.

Examples:
  thresher run scripts/health_checks.lua --profile light
  thresher run scripts/ --users 25 --spawn-rate 5 --run-time 10m --host http://staging.example:8099
  thresher run scripts/ --profile medium --tags event-bus,throughput
  thresher run my_flow.lua --rate 2000/s --run-time 30s            (open model: arrivals do not wait)
  thresher run my_flow.lua --stage 30s:100 --stage 2m:100 --stage 10s:0
  thresher run scripts/health_checks.lua --stand-in leveredge      (serves the target's stand-in itself)
  thresher run my_flow.lua --json out.json --csv out/aria --out json=samples.json.gz
  thresher run my_flow.lua --web                                   (with the live page: http://127.0.0.1:8089/)
  thresher run my_flow.lua --users 50 --threshold 'http_req_duration: p(95)<500' --dry-run
)";

constexpr const char* kRehearseExamples =
    R"(Runs the same engine in virtual time against the plugins' stand-ins: no socket, no waiting, and the same result for the
same scripts, profile and seed.

Examples:
  thresher rehearse scripts/ --profile heavy --seed 7
  thresher rehearse my_flow.lua --users 50 --run-time 15m --json out.json
  thresher rehearse scripts/ --stand-in 'leveredge={"profile":"flaky"}'
)";

constexpr const char* kMainDescription =
    R"(thresher: load tests in Lua that tell wrong answers from slow ones, and say when they should not be believed.

Examples:
  thresher run scripts/health_checks.lua --profile light --tags core
  thresher rehearse scripts/ --profile heavy --seed 7
  thresher list scripts/
  thresher stand-in leveredge
  thresher new scenario my_flow.lua
)";

/// "spawn-rate" of the command becomes THRESHER_SPAWN_RATE.
std::string variable_of(std::string_view flag) {
  std::string name = "THRESHER_";
  for (const char c : flag) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// Flags arrive as text and are read here, so that every message is ours and quotes what was typed. What neither a flag
/// nor its variable said may come from thresher.toml.
class FlagReader {
 public:
  explicit FlagReader(CLI::App& app) : app_(app) {}

  /// `spelling` is CLI11's ("-u,--users"); `read` turns the text into a value or an error.
  template <class Read>
  CLI::Option* value(const std::string& spelling, const std::string& help, const std::string& type, Read read) {
    const std::string flag = long_name(spelling);
    CLI::Option* option = app_.add_option_function<std::string>(
        spelling, [this, flag, read](const std::string& text) { note(named(flag, text), read(text)); }, help);
    return know(flag, option->type_name(type)->take_last(), read);  // as with Locust and k6: a later one overrides
  }

  template <class Read>
  CLI::Option* list(const std::string& spelling, const std::string& help, const std::string& type, Read read) {
    const std::string flag = long_name(spelling);
    CLI::Option* option = app_.add_option_function<std::vector<std::string>>(
        spelling,
        [this, flag, read](const std::vector<std::string>& texts) {
          for (const std::string& text : texts) note(named(flag, text), read(text));
        },
        help);
    return know(flag, option->type_name(type), [read](const std::string& text) -> Result<void> {
      // A list of thresher.toml arrives joined by commas; a stand-in's options hold commas of their own.
      const bool whole = text.find('{') != std::string::npos;
      for (const std::string& part : whole ? std::vector{text} : split(text, ","))
        if (auto taken = read(part); !taken) return taken;
      return {};
    });
  }

  CLI::Option* text(const std::string& spelling, std::optional<std::string>& into, const std::string& help,
                    const std::string& type) {
    return know(long_name(spelling), app_.add_option(spelling, into, help)->type_name(type)->take_last(),
                [&into](const std::string& text) -> Result<void> {
                  into = text;
                  return {};
                });
  }

  CLI::Option* flag(const std::string& spelling, const std::string& help, const std::function<void()>& set) {
    return know(long_name(spelling), app_.add_flag_callback(spelling, set, help),
                [set](const std::string& text) -> Result<void> {
                  if (text != "true" && text != "false")
                    return fail(ErrorCode::invalid_argument, "expected true or false");
                  if (text == "true") set();
                  return {};
                });
  }

  /// Takes from thresher.toml what the command line and the environment left open.
  void take_settings(const profile::Settings& settings) {
    for (const auto& [key, text] : settings.settings) {
      std::string flag = key;
      std::replace(flag.begin(), flag.end(), '_', '-');
      const auto place = settings.where.find(key);
      const std::string where = place == settings.where.end() ? std::string() : place->second;
      const auto known = flags_.find(flag);
      if (known == flags_.end()) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : flags_) names.push_back(name);
        const std::string_view meant = closest(flag, names);
        problem_ = Error{
            ErrorCode::invalid_argument,
            "unknown setting '" + key + "'" + (meant.empty() ? "" : "; did you mean '" + std::string(meant) + "'?"),
            where};
        return;
      }
      if (known->second.option->count() > 0) continue;
      if (auto taken = known->second.read(text); !taken)
        problem_ = Error{ErrorCode::invalid_argument, key + " '" + text + "': " + taken.error().message, where};
    }
  }

  const std::optional<Error>& problem() const { return problem_; }

 private:
  struct Known {
    CLI::Option* option;
    std::function<Result<void>(const std::string&)> read;
  };

  static std::string long_name(const std::string& spelling) { return spelling.substr(spelling.find("--") + 2); }
  static std::string named(const std::string& flag, const std::string& text) { return "--" + flag + " '" + text + "'"; }

  CLI::Option* know(const std::string& flag, CLI::Option* option,
                    std::function<Result<void>(const std::string&)> read) {
    flags_.emplace(flag, Known{option, std::move(read)});
    return option->envname(variable_of(flag));
  }

  void note(const std::string& what, const Result<void>& read) {
    if (read || problem_) return;
    problem_ = Error{ErrorCode::invalid_argument, what + ": " + read.error().message, {}};
  }

  CLI::App& app_;
  std::map<std::string, Known> flags_;
  std::optional<Error> problem_;
};

template <class T>
Result<void> store(Result<T> read, std::optional<T>& into) {
  if (!read) return fail(std::move(read.error()));
  into = std::move(*read);
  return {};
}

template <class T>
Result<T> parse_count(const std::string& text, T least) {
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < least)
    return fail(ErrorCode::invalid_argument, "expected a whole number of at least " + std::to_string(least));
  return value;
}

Result<double> parse_positive(const std::string& text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || !(value > 0))
    return fail(ErrorCode::invalid_argument, "expected a number above 0");
  return value;
}

Result<std::pair<std::string, std::string>> parse_pair(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return fail(ErrorCode::invalid_argument, "expected NAME=VALUE");
  return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

void append(std::optional<std::vector<std::string>>& list, std::vector<std::string> more) {
  if (!list) list.emplace();
  list->insert(list->end(), more.begin(), more.end());
}

/// --tags takes several words, so it would swallow a script named after it.
bool looks_like_script(const std::string& word) {
  return word.ends_with(".lua") || word.find('/') != std::string::npos || std::filesystem::is_directory(word);
}

/// "http_req_duration{tag:health}: p(95)<50": an expression has no colon, a selector may have several.
Result<profile::ThresholdText> parse_threshold_flag(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  profile::ThresholdText threshold;
  if (colon != std::string::npos) {
    threshold.selector = trim(std::string_view(text).substr(0, colon));
    threshold.expression = trim(std::string_view(text).substr(colon + 1));
  }
  if (threshold.selector.empty() || threshold.expression.empty())
    return fail(ErrorCode::invalid_argument, "expected METRIC: EXPRESSION, such as 'http_req_duration: p(95)<500'");
  threshold.where = "--threshold";
  return threshold;
}

/// What is being run and how hard.
void add_shape_flags(FlagReader& flags, RunOptions& run) {
  profile::Profile& shape = run.shape;
  flags.text("-p,--profile", run.profile, "load shape: a name in profiles/, or a file", "NAME|FILE");
  flags.text("-H,--host", run.host, "overrides every scenario's own host", "URL");
  flags.value("-u,--users", "virtual users", "N",
              [&shape](const std::string& t) { return store(parse_count<std::uint64_t>(t, 1), shape.users); });
  flags.value("-r,--spawn-rate", "users started per second", "N",
              [&shape](const std::string& t) { return store(parse_positive(t), shape.spawn_rate); });
  flags.value("-t,--run-time", "300s, 20m, 1h30m", "TIME",
              [&shape](const std::string& t) { return store(parse_duration(t), shape.run_time); });
  flags.value("-s,--stop-timeout", "how long iterations in progress may take to end (30s)", "TIME",
              [&shape](const std::string& t) { return store(parse_duration(t), shape.stop_timeout); });
  flags.value("-i,--iterations", "so many iterations, shared by all users", "N",
              [&shape](const std::string& t) { return store(parse_count<std::uint64_t>(t, 1), shape.iterations); });
  flags.value("--rate", "arrivals per second (or N/m): the open model", "N[/s|/m]",
              [&shape](const std::string& t) { return store(profile::parse_rate(t), shape.rate); });
  flags.value("--arrivals", "even or poisson", "KIND", [&shape](const std::string& t) -> Result<void> {
    if (t != "even" && t != "poisson") return fail(ErrorCode::invalid_argument, "expected even or poisson");
    shape.arrivals = t == "even" ? profile::Arrivals::even : profile::Arrivals::poisson;
    return {};
  });
  flags.value("--max-in-flight", "open model: most iterations at once; hits are reported", "N",
              [&shape](const std::string& t) { return store(parse_count<std::uint64_t>(t, 1), shape.max_in_flight); });
  flags.list("--stage", "ramp to TARGET over TIME; repeat", "TIME:TARGET",
             [&shape](const std::string& t) -> Result<void> {
               auto stage = profile::parse_stage(t);
               if (!stage) return fail(std::move(stage.error()));
               if (!shape.stages) shape.stages.emplace();
               shape.stages->push_back(*stage);
               return {};
             });
  flags.value("--executor", "constant-vus, ramping-vus, constant-arrival-rate ...", "NAME",
              [&shape](const std::string& t) -> Result<void> {
                shape.executor = profile::executor_named(t);
                if (shape.executor) return {};
                return fail(
                    ErrorCode::invalid_argument,
                    "expected constant-vus, ramping-vus, per-vu-iterations, shared-iterations, constant-arrival-rate, "
                    "ramping-arrival-rate or externally-controlled");
              });
  const auto tags = [&run](std::optional<std::vector<std::string>>& into) {
    return [&run, &into](const std::string& t) -> Result<void> {
      if (looks_like_script(t))
        run.files.push_back(t);
      else
        append(into, split(t, ", "));
      return {};
    };
  };
  flags.list("-T,--tags", "only tasks with any of these tags; commas or spaces", "A,B", tags(shape.tags));
  flags.list("-E,--exclude-tags", "no task with any of these; wins over --tags", "C", tags(shape.exclude_tags));
  flags.list("--scenario", "only these scenarios; * and ? match", "NAME[,NAME]", tags(shape.scenarios));
  flags.list("--task", "only these tasks; * and ? match; repeat", "NAME",
             [&shape](const std::string& t) -> Result<void> {
               append(shape.tasks, {t});  // a task's name may hold blanks and commas
               return {};
             });
  flags.list("--threshold", "what must hold, beside the profile's thresholds; repeat", "METRIC: EXPRESSION",
             [&shape](const std::string& t) -> Result<void> {
               auto threshold = parse_threshold_flag(t);
               if (!threshold) return fail(std::move(threshold.error()));
               shape.thresholds.push_back(std::move(*threshold));
               return {};
             });
  flags.value("--workers", "event loops (default: one per core)", "N",
              [&run](const std::string& t) { return store(parse_count<unsigned>(t, 1), run.workers); });
  flags.value("--seed", "of every random choice (default: random, always printed)", "N",
              [&run](const std::string& t) { return store(parse_count<std::uint64_t>(t, 0), run.seed); });
  flags.list("--env", "a variable for thresher.env; repeat", "NAME=VALUE",
             [&run](const std::string& t) -> Result<void> {
               auto pair = parse_pair(t);
               if (!pair) return fail(std::move(pair.error()));
               run.environment.insert_or_assign(pair->first, pair->second);
               return {};
             });
}

/// Where figures go.
void add_output_flags(FlagReader& flags, RunOptions& run) {
  flags.text("--csv", run.csv,
             "Locust's CSV files: PREFIX_stats.csv, _stats_history.csv, _failures.csv, _exceptions.csv", "PREFIX");
  flags.flag("--csv-full-history", "a history row for every endpoint, not only Aggregated",
             [&run] { run.csv_full_history = true; });
  flags.flag("--no-history", "keep this run out of `thresher runs`", [&run] { run.no_history = true; });
  flags.text("--html", run.html, "one page with tables and charts that works offline", "FILE");
  flags.text("--junit", run.junit, "thresholds, checks and verdicts as test cases for CI", "FILE");
  flags.text("--report-dir", run.report_dir,
             "DIR/PROFILE_TIMESTAMP.html and the CSV files; the log in a folder logs beside DIR", "DIR");
  flags.text("--json", run.json, "everything, as JSON; without FILE or with - on standard output", "FILE")
      ->expected(0, 1);
  flags.text("--summary-export", run.summary_export, "k6's summary as JSON", "FILE");
  flags.text("--hgrm", run.hgrm, "HdrHistogram's percentile distribution of the response time", "FILE");
  flags.flag("--no-preflight", "do not walk each task once before the load", [&run] { run.preflight = false; });
  flags.text("--history", run.history, "what the validators judged, as JSON Lines; for `thresher validate`",
             "FILE[.gz]");
  flags.list("--out", "every sample: json=FILE[.gz], csv=FILE, ndjson=-; or an output plugin: NAME[={...}]; repeat",
             "KIND=WHERE", [&run](const std::string& t) -> Result<void> {
               run.outputs.push_back(t);
               return {};
             });
  flags.value("--summary-trend-stats", "for --summary-export: avg,min,med,max,p(90),p(95)", "LIST",
              [&run](const std::string& t) -> Result<void> {
                run.trend_stats = split(t, ",");
                return {};
              });
  flags.value("--summary-time-unit", "s, ms or us", "UNIT", [&run](const std::string& t) -> Result<void> {
    if (t != "s" && t != "ms" && t != "us") return fail(ErrorCode::invalid_argument, "expected s, ms or us");
    run.time_unit = t;
    return {};
  });
  flags.list("--tag", "on every sample; repeat", "NAME=VALUE", [&run](const std::string& t) -> Result<void> {
    auto pair = parse_pair(t);
    if (!pair) return fail(std::move(pair.error()));
    run.run_tags.push_back(std::move(*pair));
    return {};
  });
}

void add_http_flags(FlagReader& flags, RunOptions& run) {
  flags.flag("--insecure-skip-tls-verify", "accept any certificate", [&run] { run.insecure_skip_tls_verify = true; });
  flags.text("--ca-file", run.ca_file, "certificates to trust instead of the system's (PEM)", "FILE");
  flags.flag("--no-connection-reuse", "a new connection for every request", [&run] { run.no_connection_reuse = true; });
  flags.flag("--shared-connections", "one pool for a worker's users instead of a connection for each",
             [&run] { run.shared_connections = true; });
  flags.value("--max-redirects", "followed per request (10)", "N",
              [&run](const std::string& t) { return store(parse_count<int>(t, 0), run.max_redirects); });
  flags.text("--user-agent", run.user_agent, "the User-Agent header", "TEXT");
  flags.text("--http-debug", run.http_debug, "print each exchange's head; =full prints bodies too", "full")
      ->expected(0, 1);
}

void add_plugin_flags(FlagReader& flags, RunOptions& run) {
  flags.list("--plugin", "a plugin library or a folder of them; repeat", "PATH",
             [&run](const std::string& t) -> Result<void> {
               run.plugins.push_back(t);
               return {};
             });
}

void add_stand_in_flag(FlagReader& flags, RunOptions& run, const std::string& help) {
  flags.list("--stand-in", help, "NAME[={...}]", [&run](const std::string& t) -> Result<void> {
    run.stand_ins.push_back(t);
    return {};
  });
}

void add_screen_flags(FlagReader& flags, RunOptions& run) {
  flags.flag("--quiet", "only the verdict and errors", [&run] { run.quiet = true; });
  flags.flag("--verbose", "what is going on inside, on standard error", [&run] { run.verbose = true; });
  flags.flag("--no-color", "plain text (NO_COLOR does too)", [&run] { run.no_color = true; });
  flags.flag("--headless", "no page; the default, and stronger than --web", [&run] { run.web.headless = true; });
  flags.flag("--dry-run", "print as JSON what would run, and send nothing", [&run] { run.dry_run = true; });
  flags.value("--log-format", "text or json", "FORMAT", [&run](const std::string& t) -> Result<void> {
    if (t != "text" && t != "json") return fail(ErrorCode::invalid_argument, "expected text or json");
    run.log_format = t;
    return {};
  });
  flags.text("--log-file", run.log_file, "the log goes to this file too", "FILE");
  flags.value("--script-limit", "longest a script may run without waiting (10s; 0s: no limit)", "TIME",
              [&run](const std::string& t) -> Result<void> {
                auto limit = parse_duration(t);
                if (!limit) return fail(std::move(limit.error()));
                run.script_limit = *limit;
                return {};
              });
}

/// The live page, beside a run or waiting for one.
void add_web_flags(FlagReader& flags, RunOptions& run) {
  flags.flag("--web", "the live page on port 8089, to watch and steer; without FILES it waits for its form",
             [&run] { run.web.wanted = true; });
  flags.value("--web-port", "of the page that --web shows (8089; 0: any that is free)", "N",
              [&run](const std::string& t) -> Result<void> {
                if (store(parse_count<std::uint16_t>(t, 0), run.web.port)) return {};
                return fail(ErrorCode::invalid_argument, "expected a port, 0 to 65535");
              });
  flags.text("--address", run.web.address, "of the page; one that others reach wants THRESHER_TOKEN", "HOST:PORT");
  flags.flag("--autoquit", "the page ends with the run", [&run] { run.web.autoquit = true; });
}

void add_files(CLI::App& app, RunOptions& run) {
  app.add_option_function<std::vector<std::string>>(
         "files",
         [&run](const std::vector<std::string>& files) {
           run.files.insert(run.files.end(), files.begin(), files.end());
         },
         "scenario files or folders (default: scripts/)")
      ->type_name("FILE");
}

/// CLI11 says which word it did not expect; we say which one was probably meant.
Error explain(const CLI::ParseError& problem, const CLI::App& app, int argc, const char* const* argv) {
  std::string message = problem.what();
  if (!message.empty()) message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  std::vector<std::string> known;
  const auto collect = [&known](const CLI::App& from) {
    for (const CLI::Option* option : from.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  };
  collect(app);
  for (const CLI::App* sub : app.get_subcommands()) collect(*sub);
  std::vector<std::string> commands;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(sub->get_name());
  for (int i = 1; i < argc; ++i) {
    const std::string word(argv[i], std::string_view(argv[i]).find_first_of('=') == std::string_view::npos
                                        ? std::string_view(argv[i]).size()
                                        : std::string_view(argv[i]).find_first_of('='));
    const bool flag = word.starts_with("--");
    if (!flag && i > 1) continue;
    const std::vector<std::string>& names = flag ? known : commands;
    if (std::find(names.begin(), names.end(), word) != names.end()) continue;
    const std::string_view meant = closest(word, names);
    message = flag ? "unknown flag '" + word + "'" : "unknown command '" + word + "'";
    message += meant.empty() ? "; see `thresher --help`" : "; did you mean '" + std::string(meant) + "'?";
    break;
  }
  return Error{ErrorCode::invalid_argument, message, {}};
}

/// The words as a person could paste them into a shell again.
std::string shell_line(int argc, const char* const* argv) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  std::string line = "thresher";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    line += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) c == '\'' ? line += "'\\''" : line += c;
    line += '\'';
  }
  return line;
}

}  // namespace

Result<Command> parse_command(int argc, const char* const* argv, const std::filesystem::path& settings_file) {
  Command command;
  command.arguments.assign(argv + std::min(argc, 1), argv + argc);
  command.line = shell_line(argc, argv);
  RunOptions& run = command.run;
  CLI::App app{kMainDescription, "thresher"};
  app.require_subcommand(0, 1);
  bool version = false;
  app.add_flag("--version,-V", version, "versions of thresher and of what it is built on");

  CLI::App& run_app = *app.add_subcommand("run", kRunExamples);
  CLI::App& rehearse_app = *app.add_subcommand("rehearse", kRehearseExamples);
  CLI::App& list_app = *app.add_subcommand(
      "list",
      "Prints scenarios, tasks, tags, weights and default hosts.\n\nExample:\n  thresher list scripts/ --json\n");
  CLI::App& stand_in_app = *app.add_subcommand(
      "stand-in",
      "Serves a target's stand-in on its real ports until Ctrl-C.\n\nExamples:\n  thresher stand-in leveredge\n"
      "  thresher stand-in leveredge --config '{\"profile\":\"flaky\"}' --seed 7\n");
  CLI::App& plugins_app = *app.add_subcommand(
      "plugins",
      "Prints what is loaded, from where, and its ABI.\n\nExample:\n  thresher plugins --plugin ./libmy_target.so\n");
  CLI::App& new_app = *app.add_subcommand("new",
                                          "Writes a scenario or a plugin to start from.\n\nExamples:\n  thresher new "
                                          "scenario my_flow.lua\n  thresher new plugin my_target\n");

  FlagReader run_flags(run_app), rehearse_flags(rehearse_app), list_flags(list_app), stand_in_flags(stand_in_app),
      plugins_flags(plugins_app);
  for (auto [target, flags] : {std::pair{&run_app, &run_flags}, std::pair{&rehearse_app, &rehearse_flags}}) {
    add_files(*target, run);
    add_shape_flags(*flags, run);
    add_output_flags(*flags, run);
    add_http_flags(*flags, run);
    add_plugin_flags(*flags, run);
    add_screen_flags(*flags, run);
  }
  add_web_flags(run_flags, run);
  add_stand_in_flag(run_flags, run, "serve this target's stand-in on its real ports during the run; repeat");
  add_stand_in_flag(rehearse_flags, run,
                    "configure the stand-in of this target (all loaded targets stand in anyway); repeat");

  add_files(list_app, run);
  list_app.add_flag("--json", command.as_json, "as JSON");
  add_plugin_flags(plugins_flags, run);
  plugins_app.add_flag("--json", command.as_json, "as JSON");

  stand_in_app.add_option("name", command.stand_in, "a target")->required()->type_name("NAME");
  stand_in_app.add_option("--config", command.config, "its options, a JSON object")->type_name("JSON");
  stand_in_app.add_option("--bind", command.bind_host, "address to listen at (127.0.0.1)")->type_name("ADDRESS");
  stand_in_flags.value("--seed", "of its latencies and failures (0)", "N",
                       [&run](const std::string& t) { return store(parse_count<std::uint64_t>(t, 0), run.seed); });
  add_plugin_flags(stand_in_flags, run);

  new_app.add_option("kind", command.new_kind, "scenario or plugin")
      ->required()
      ->check(CLI::IsMember({"scenario", "plugin"}));
  new_app.add_option("path", command.new_path, "the file or folder to write")->required()->type_name("PATH");

  add_other_commands(app, command);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    command.kind = Command::Kind::help;
    const auto chosen = app.get_subcommands();
    command.text = chosen.empty() ? app.help() : chosen.front()->help("thresher");
    return command;
  } catch (const CLI::ParseError& problem) {
    return fail(explain(problem, app, argc, argv));
  }
  for (auto [target, flags] : {std::pair{&run_app, &run_flags}, std::pair{&rehearse_app, &rehearse_flags}}) {
    if (!target->parsed()) continue;
    auto settings = profile::load_settings(settings_file);
    if (!settings) return fail(std::move(settings.error()));
    flags->take_settings(*settings);
    run.settings_shape = std::move(settings->profile);
  }
  for (const FlagReader* flags : {&run_flags, &rehearse_flags, &list_flags, &stand_in_flags, &plugins_flags})
    if (flags->problem()) return fail(*flags->problem());
  // Some shells export HOST as the machine's name, so only a URL counts.
  if (const char* host = std::getenv("HOST");
      !run.host && host != nullptr && std::string_view(host).find("://") != std::string_view::npos)
    run.host = host;

  // A flag whose value may be missing must not swallow the script behind it.
  for (auto* optional : {&run.json, &run.http_debug}) {
    if (!*optional || !(*optional)->ends_with(".lua")) continue;
    run.files.push_back(**optional);
    (*optional)->clear();
  }
  if (run.json == "") run.json = "-";
  if (run.http_debug && *run.http_debug != "" && *run.http_debug != "full")
    return fail(ErrorCode::invalid_argument, "--http-debug '" + *run.http_debug + "': expected nothing or full");

  using Kind = Command::Kind;
  if (version) {
    command.kind = Kind::version;
    return command;
  }
  const std::pair<CLI::App*, Kind> kinds[] = {{&run_app, Kind::run},         {&rehearse_app, Kind::rehearse},
                                              {&list_app, Kind::list},       {&stand_in_app, Kind::stand_in},
                                              {&plugins_app, Kind::plugins}, {&new_app, Kind::new_file}};
  for (const auto& [sub, kind] : kinds)
    if (sub->parsed()) command.kind = kind;
  if (command.kind == Kind::help && !command.perform) command.text = app.help();
  if (command.perform) command.kind = Kind::other;
  return command;
}

}  // namespace thresher::cli
