#include "cli/validate_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/history_file.h"
#include "cli/locations.h"
#include "cli/output_width.h"
#include "plugin/registry.h"
#include "report/judgement_text.h"
#include "report/number_text.h"
#include "report/terminal.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;
using report::Judgement;

constexpr int kExitWrong = 120;

struct ValidateOptions {
  std::string file, config = "{}";
  std::vector<std::string> validators = {"oracle", "farm"}, plugins;
  std::size_t violations = 10;
  bool as_json = false;
};

/// One validator, and what it says.
class Bench final : public plugin::JudgementSink {
 public:
  Bench(std::string name, std::size_t kept, Judgement& judgement)
      : name_(std::move(name)), kept_(kept), judgement_(judgement) {}

  Result<void> open(const plugin::Registry& registry, const std::string& config) {
    const auto type = registry.validator(name_);
    if (!type) return fail(type.error());
    constexpr std::uint64_t kSeed = 1;  // a judgement of one file is the same each time
    auto made = (*type)->create(config, kSeed, *this);
    if (!made) return fail(std::move(made.error()));
    validator_ = std::move(*made);
    return {};
  }
  plugin::Validator& validator() { return *validator_; }

  void on_violation(plugin::Violation told) override {
    ++judgement_.violation_count;
    if (judgement_.violations.size() >= kept_) return;
    judgement_.violations.push_back({.validator = name_,
                                     .check = std::move(told.check),
                                     .subject = std::move(told.subject),
                                     .witness = std::move(told.witness),
                                     .details = std::move(told.details),
                                     .at = told.at});
  }
  void on_finding(plugin::Finding told) override {
    judgement_.checks.push_back({.validator = name_,
                                 .name = std::move(told.check),
                                 .summary = std::move(told.summary),
                                 .details = std::move(told.details),
                                 .word = static_cast<Judgement::Word>(told.verdict),
                                 .observations = told.observations,
                                 .violations = told.violations});
  }
  void on_document(std::string name, std::string json) override {
    judgement_.documents.push_back({name_, std::move(name), std::move(json)});
  }

 private:
  std::string name_;
  std::size_t kept_;
  Judgement& judgement_;
  std::unique_ptr<plugin::Validator> validator_;
};

using Benches = std::vector<std::unique_ptr<Bench>>;

/// The options of one validator out of --config: its own member, or, when it is the only one asked, the whole object.
Result<std::string> config_of(const std::string& validator, const ValidateOptions& options) {
  const Json config = Json::parse(options.config, nullptr, false);
  if (!config.is_object())
    return fail(ErrorCode::invalid_argument, fmt::format("--config \"{}\" is no JSON object", options.config));
  if (config.contains(validator) && config[validator].is_object()) return config[validator].dump();
  const auto names_another = [&](const auto& member) {
    return member.value().is_object() &&
           std::find(options.validators.begin(), options.validators.end(), member.key()) != options.validators.end();
  };
  const auto members = config.items();
  const bool by_validator = std::any_of(members.begin(), members.end(), names_another);
  if (by_validator || config.empty()) return std::string("{}");
  if (options.validators.size() == 1) return config.dump();
  return fail(ErrorCode::invalid_argument,
              fmt::format("--config \"{}\" does not say which validator it is for; write {{\"{}\": {}}}",
                          options.config, options.validators.front(), config.dump()));
}

/// Says on a terminal how far the reading has come, twice a second.
class Progress {
 public:
  Progress() : shown_(::isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (told_) std::fputs("\r\033[K", stderr);
  }

  void tick(std::uint64_t events, std::size_t bytes) {
    bytes_ += bytes;
    constexpr std::uint64_t kLookEvery = 256;  // events between two looks at the clock
    if (!shown_ || events % kLookEvery != 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(500)) return;
    last_ = now;
    told_ = true;
    fmt::print(stderr, "\r{} events, {} judged\033[K", report::count_text(events),
               report::bytes_text(static_cast<double>(bytes_)));
  }

 private:
  bool shown_, told_ = false;
  std::uint64_t bytes_ = 0;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Result<HistoryRead> judge(const ValidateOptions& options, Benches& benches) {
  Progress progress;
  std::uint64_t events = 0;
  auto read = read_history(options.file, [&](std::string_view line) -> Result<void> {
    progress.tick(++events, line.size());
    for (const auto& bench : benches)
      if (auto heard = bench->validator().observe(line); !heard) return heard;
    return {};
  });
  if (!read) return read;
  for (const auto& bench : benches)
    if (auto closed = bench->validator().finish(); !closed) return fail(std::move(closed.error()));
  return read;
}

int exit_code_of(const Judgement& judgement) {
  const auto any = [&](Judgement::Word word) {
    return std::any_of(judgement.checks.begin(), judgement.checks.end(),
                       [word](const Judgement::Check& check) { return check.word == word; });
  };
  if (judgement.violation_count > 0 || any(Judgement::Word::fail)) return kExitWrong;
  return any(Judgement::Word::pass) || any(Judgement::Word::degraded) ? kExitFine : kExitNoData;
}

std::string_view word_of(int exit_code) {
  return exit_code == kExitWrong ? "WRONG" : exit_code == kExitNoData ? "NO_DATA" : "RIGHT";
}

Json embedded(const std::string& json) { return json.empty() ? Json() : Json::parse(json, nullptr, false); }

void print_json(const ValidateOptions& options, const HistoryRead& read, const Judgement& judgement) {
  auto checks = Json::array(), violations = Json::array();
  for (const auto& check : judgement.checks)
    checks.push_back({{"validator", check.validator},
                      {"check", check.name},
                      {"verdict", report::name_of(check.word)},
                      {"observations", check.observations},
                      {"violations", check.violations},
                      {"summary", check.summary},
                      {"details", embedded(check.details)}});
  for (const auto& each : judgement.violations)
    violations.push_back({{"validator", each.validator},
                          {"check", each.check},
                          {"subject", each.subject},
                          {"witness", each.witness},
                          {"t", each.at.count()},
                          {"details", embedded(each.details)}});
  Json documents = Json::object();
  for (const auto& each : judgement.documents) documents[each.validator][each.name] = embedded(each.json);
  const int code = exit_code_of(judgement);
  const Json out{{"history", options.file},
                 {"events", read.events},
                 {"cut_off", read.cut_off},
                 {"verdict", word_of(code)},
                 {"exit_code", code},
                 {"checks", std::move(checks)},
                 {"violation_count", judgement.violation_count},
                 {"violations", std::move(violations)},
                 {"documents", std::move(documents)}};
  fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
}

/// The operator's analysis as a person reads it.
void print_analysis(const Json& analysis) {
  if (!analysis.is_object() || analysis.value("verdict", "NO_DATA") == "NO_DATA") return;
  fmt::print("\n{}\n{}\n", analysis.value("title", ""), analysis.value("summary", ""));
  for (const auto& [name, section] : analysis["sections"].items()) {
    fmt::print("  {}: {}\n", name, section.value("verdict", ""));
    for (const Json& finding : section["findings"]) fmt::print("    {}\n", finding.get<std::string>());
  }
  for (const Json& advice : analysis["recommendations"]) fmt::print("  advice: {}\n", advice.get<std::string>());
}

void print_text(const HistoryRead& read, const Judgement& judgement) {
  report::Look look = report::Terminal::detect(STDOUT_FILENO, false, false).look;
  look.width = output_width(look.width);
  Judgement table = judgement;  // its violations are printed below, as many as were asked for
  table.violations.clear();
  table.violation_count = 0;
  for (const std::string& line : report::judgement_lines(table, look)) fmt::print("{}\n", line);
  for (const auto& each : judgement.violations) {
    const std::string heading = fmt::format("{} {}: {}", each.validator, each.check, each.subject);
    fmt::print("\n{}\n", report::paint(heading, report::Tone::bad, look));
    for (const std::string& line : split(each.witness, "\n")) fmt::print("    {}\n", line);
  }
  if (judgement.violation_count > judgement.violations.size())
    fmt::print("\n{} more; --max-violations N shows more\n",
               report::count_text(judgement.violation_count - judgement.violations.size()));
  for (const auto& document : judgement.documents)
    if (document.name == "analysis") print_analysis(embedded(document.json));
  if (read.cut_off) fmt::print("\nThe last line is cut off, as a crash leaves it; it was not judged.\n");
  std::uint64_t wrong = 0;
  for (const auto& check : judgement.checks) wrong += check.violations;
  fmt::print("\n{}: {} events, {} violation{}\n", word_of(exit_code_of(judgement)), report::count_text(read.events),
             report::count_text(wrong), wrong == 1 ? "" : "s");
}

int perform(const ValidateOptions& options) {
  plugin::Registry registry;
  if (auto loaded = load_plugins(registry, Locations::of_this_process(), options.plugins); !loaded)
    return refuse(loaded.error());
  Judgement judgement;
  Benches benches;
  for (const std::string& name : options.validators) {
    benches.push_back(std::make_unique<Bench>(name, options.violations, judgement));
    const auto config = config_of(name, options);
    if (!config) return refuse(config.error());
    if (auto opened = benches.back()->open(registry, *config); !opened) return refuse(opened.error());
  }
  const auto read = judge(options, benches);
  if (!read) {
    complain(read.error());
    return kExitBadConfiguration;  // whoever wrote the file, it is not one that can be judged
  }
  options.as_json ? print_json(options, *read, judgement) : print_text(*read, judgement);
  return exit_code_of(judgement);
}

}  // namespace

void add_validate_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<ValidateOptions>();
  CLI::App& validate = *app.add_subcommand(
      "validate",
      "Judges the recorded history of a run (--history FILE): was the target right? Ends with 0, with 120 when it was "
      "wrong, with 122 when there was nothing to judge, with 104 when the file is no history.\n\n"
      "Examples:\n  thresher run scripts/farm_stress.lua --history run.jsonl\n  thresher validate run.jsonl\n"
      "  thresher validate run.jsonl.gz --validator oracle --config '{\"start_bound_ms\":50}'\n"
      "  thresher validate run.jsonl --json | jq .verdict\n");
  validate.add_option("history", options->file, "JSON Lines, plain or compressed by gzip")
      ->required()
      ->type_name("FILE");
  validate.add_option("--validator", options->validators, "ask this one (oracle, farm); repeat")->type_name("NAME");
  validate
      .add_option("--config", options->config,
                  "the validators' options: {\"oracle\":{...}}; of a single --validator its options alone")
      ->type_name("JSON");
  validate.add_option("--max-violations", options->violations, "witnesses to show (10)")->type_name("N");
  validate.add_flag("--json", options->as_json, "as JSON: checks, violations, documents");
  validate.add_option("--plugin", options->plugins, "load this plugin (file or folder) as well; repeat")
      ->type_name("PATH");
  validate.callback([&command, options] { command.perform = [options] { return perform(*options); }; });
}

}  // namespace thresher::cli
