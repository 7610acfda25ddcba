#include "cli/compare_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/compared_run.h"
#include "cli/comparison_json.h"
#include "cli/comparison_text.h"
#include "cli/output_width.h"
#include "comparison/comparison.h"
#include "report/terminal.h"

namespace thresher::cli {
namespace {

struct CompareOptions {
  std::vector<std::string> runs;
  std::string baseline, current, margin = "5%", failure_margin = "0.1%", confidence = "95%";
  bool as_json = false, as_markdown = false, all = false, strict = false;
};

/// A file that cannot be read is a bad argument here, whatever kind of error it is.
int refuse_input(const Error& error) {
  complain(error);
  return exit_code_of(error) == kExitBug ? kExitBug : kExitBadConfiguration;
}

report::Look look_of_standard_output() {
  report::Look look = report::Terminal::detect(STDOUT_FILENO, false, false).look;
  look.width = output_width(160);  // a log has no edge
  return look;
}

/// Both names, wherever on the command line they stood.
Result<std::pair<std::string, std::string>> names_of(const CompareOptions& options) {
  std::vector<std::string> rest = options.runs;
  const auto take = [&rest](const std::string& named) {
    if (!named.empty() || rest.empty()) return named;
    std::string first = std::move(rest.front());
    rest.erase(rest.begin());
    return first;
  };
  std::string baseline = take(options.baseline), current = take(options.current);
  if (baseline.empty() || current.empty())
    return fail(ErrorCode::invalid_argument, "compare: name two runs: --baseline a.json --current b.json");
  if (!rest.empty())
    return fail(ErrorCode::invalid_argument, fmt::format("compare: '{}' is a run too many", rest.front()));
  return std::pair(std::move(baseline), std::move(current));
}

Result<comparison::Settings> settings_of(const CompareOptions& options) {
  const auto margin = parse_percentage(options.margin, "--max-regression", 99);
  if (!margin) return fail(Error(margin.error()));
  const auto failure_margin = parse_percentage(options.failure_margin, "--max-failure-increase", 100);
  if (!failure_margin) return fail(Error(failure_margin.error()));
  const auto confidence = parse_percentage(options.confidence, "--confidence", 99.9999);
  if (!confidence) return fail(Error(confidence.error()));
  if (*confidence < 0.5)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("--confidence '{}': less than 50% would claim what is more likely wrong", options.confidence));
  return comparison::Settings{.margin = *margin, .failure_margin = *failure_margin, .confidence = *confidence};
}

int exit_code_for(const comparison::Comparison& comparison, bool strict) {
  using Verdict = comparison::Comparison::Verdict;
  if (comparison.verdict == Verdict::regression) return kExitThresholds;
  if (comparison.verdict == Verdict::no_data) return kExitNoData;
  const bool open = comparison.verdict == Verdict::undecided || !comparison.obstacles.empty();
  return strict && open ? kExitNoData : kExitFine;
}

int perform(const CompareOptions& options) {
  const auto settings = settings_of(options);
  if (!settings) return refuse_input(settings.error());
  const auto names = names_of(options);
  if (!names) return refuse_input(names.error());
  ComparedRuns runs;
  const auto first = runs.find(names->first);
  if (!first) return refuse_input(first.error());
  const auto second = runs.find(names->second);
  if (!second) return refuse_input(second.error());
  const comparison::Comparison compared = compare(*first, *second, *settings);
  const int exit_code = exit_code_for(compared, options.strict);
  const Shown shown = options.all ? Shown::all : Shown::changed;
  fmt::print("{}", options.as_json ? comparison_json(*first, *second, compared, exit_code)
                   : options.as_markdown
                       ? comparison_markdown(*first, *second, compared, shown)
                       : comparison_text(*first, *second, compared, shown, look_of_standard_output()));
  return exit_code;
}

}  // namespace

Result<double> parse_percentage(const std::string& text, std::string_view flag, double most_percent) {
  double percent = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, percent);
  const bool whole = problem == std::errc() && rest + 1 == end && *rest == '%';
  if (!whole || !std::isfinite(percent) || percent < 0 || percent > most_percent)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} '{}': expected a percentage from 0% to {:g}%, such as 5%", flag, text, most_percent));
  return percent / 100;
}

void add_compare_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App& compare = *app.add_subcommand(
      "compare",
      "Did it get slower? Compares two runs endpoint by endpoint with tests on their whole distributions: what of the\n"
      "response times, tails, failures and throughput changed beyond a margin, by how much, and how sure that is.\n"
      "Ends with 0, with 99 for a regression, with 122 when nothing could be judged, with 104 for bad input.\n\n"
      "Examples:\n  thresher compare --baseline main.json --current branch.json\n"
      "  thresher compare main.json branch.json --max-regression 10% --markdown > comment.md\n"
      "  thresher compare last~1 last --json | jq .verdict\n\n"
      "A run is a file that `thresher run --json` wrote, a run of the history (an id, last, last~N), or a summary of "
      "k6\n"
      "(--summary-export): its percentiles are shown, but without distributions there is no verdict on them.\n");
  compare.add_option("runs", options->runs, "the baseline and the current run, when not given by their flags")
      ->expected(0, 2)
      ->type_name("RUN");
  compare.add_option("--baseline", options->baseline, "the earlier or accepted run")->type_name("RUN");
  compare.add_option("--current", options->current, "the run to judge")->type_name("RUN");
  compare
      .add_option("--max-regression", options->margin,
                  "times and rates that changed by less are the same (5%); 0% makes any proven change one")
      ->type_name("PERCENT");
  compare
      .add_option("--max-failure-increase", options->failure_margin,
                  "failures likewise, in percentage points of the requests (0.1%)")
      ->type_name("PERCENT");
  compare.add_option("--confidence", options->confidence, "of intervals and verdicts (95%)")->type_name("PERCENT");
  compare.add_flag("--strict", options->strict, "undecided, or runs that are not comparable, end with 122 as well");
  compare.add_flag("--all", options->all, "show endpoints that did not change, however many");
  CLI::Option* json = compare.add_flag("--json", options->as_json, "as JSON");
  compare.add_flag("--markdown", options->as_markdown, "as Markdown, for a pull request")->excludes(json);
  compare.callback([&command, options] { command.perform = [options] { return perform(*options); }; });
}

}  // namespace thresher::cli
