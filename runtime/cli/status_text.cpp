#include "cli/status_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <optional>

#include "report/number_text.h"

namespace thresher::cli {
namespace {

using report::Json;
using report::Look;
using report::TextTable;
using report::Tone;

/// The member at the end of a path; null when there is none.
const Json& member(const Json& document, std::initializer_list<const char*> path) {
  static const Json kNothing = nullptr;
  const Json* at = &document;
  for (const char* name : path) {
    const auto found = at->is_object() ? at->find(name) : at->end();
    if (!at->is_object() || found == at->end()) return kNothing;
    at = &*found;
  }
  return *at;
}

std::string text_of(const Json& document, std::initializer_list<const char*> path) {
  const Json& found = member(document, path);
  return found.is_string() ? report::printable(found.get_ref<const std::string&>()) : std::string();
}

std::optional<double> number_of(const Json& document, std::initializer_list<const char*> path) {
  const Json& found = member(document, path);
  return found.is_number() ? std::optional(found.get<double>()) : std::nullopt;
}

std::string clock_of(double seconds) {
  return report::clock_text(std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds)));
}

/// "01:30/05:00".
std::string elapsed_of(const Json& second) {
  const auto elapsed = number_of(second, {"elapsed_s"}), planned = number_of(second, {"planned_s"});
  if (!elapsed) return "-";
  return clock_of(*elapsed) + (planned ? "/" + clock_of(*planned) : "");
}

std::string count_of(double count) { return report::count_text(static_cast<std::uint64_t>(std::llround(count))); }

/// "50/50", or "12" of an open model, whose users are those it happens to need.
std::string users_of(const Json& second) {
  const auto users = number_of(second, {"users"}), planned = number_of(second, {"users_planned"});
  if (!users) return "-";
  return count_of(*users) + (planned ? "/" + count_of(*planned) : "");
}

std::string rate_of(const Json& second) {
  const auto rate = number_of(second, {"point", "requests_per_s"});
  return rate ? report::quantity_text(*rate) : "-";
}

std::string p95_of(const Json& second, const Look& look, const char* gap) {
  const auto p95 = number_of(second, {"point", "service_ms", "p95"});
  return p95 ? report::time_text(*p95 * 1000, look.time_unit, gap) : "-";
}

/// "3 (0.12%)".
TextTable::Cell failures_of(const Json& second) {
  const auto failures = number_of(second, {"totals", "failures"}),
             ratio = number_of(second, {"totals", "failure_ratio"});
  if (!failures || !ratio) return {"-"};
  return {fmt::format("{} ({})", count_of(*failures), report::ratio_text(*ratio)),
          *failures > 0 ? Tone::bad : Tone::plain};
}

Tone tone_of(const std::string& phase) {
  if (phase == "running") return Tone::good;
  return phase == "paused" || phase == "stopping" ? Tone::caution : Tone::plain;
}

/// "running  users 50/50  rps 410  p95 12 ms  failures 0 (0.0%)".
std::string second_text(const Json& second, const Look& look) {
  const std::string phase = text_of(second, {"phase"});
  const TextTable::Cell failures = failures_of(second);
  std::string line = fmt::format("[{}] {}  users {}", elapsed_of(second), report::paint(phase, tone_of(phase), look),
                                 users_of(second));
  if (const auto planned = number_of(second, {"rate_planned"}))
    line += "  rate " + report::quantity_text(*planned) + "/s";
  return line + fmt::format("  rps {}  p95 {}  failures {}\n", rate_of(second), p95_of(second, look, " "),
                            report::paint(failures.text, failures.tone, look));
}

std::string log_text(const Json& log, const Look& look) {
  const std::string kind = text_of(log, {"kind"}), text = text_of(log, {"text"});
  const bool bad = kind == "script_error" || kind == "threshold_crossed";
  return report::paint(fmt::format("{}: {}", kind.substr(0, kind.find('_')), text), bad ? Tone::bad : Tone::faint,
                       look) +
         '\n';
}

std::string end_text(const Json& end, const Look& look) {
  const auto exit_code = number_of(end, {"exit_code"});
  const std::string id = text_of(end, {"id"});
  return report::paint(text_of(end, {"word"}) + ": " + text_of(end, {"text"}),
                       exit_code && *exit_code == 0 ? Tone::good : Tone::bad, look) +
         (id.empty() ? "\n" : fmt::format("\nrecorded as {}\n", id));
}

}  // namespace

std::string status_text(const std::vector<Json>& runs, const Look& look) {
  TextTable table({{.title = "Id", .left = true},
                   {.title = "What", .left = true, .importance = 95, .width_min = 8, .elastic = true},
                   {.title = "Kind", .left = true, .importance = 30},
                   {.title = "Phase", .left = true, .importance = 98},
                   {.title = "Elapsed", .importance = 90},
                   {.title = "Users", .importance = 85},
                   {.title = "req/s", .importance = 70},
                   {.title = "p95", .importance = 60},
                   {.title = "# fails", .importance = 80}});
  for (const Json& run : runs) {
    const Json& second = member(run, {"second"});
    const std::string phase = text_of(run, {"phase"});
    table.add_row({{text_of(run, {"run", "id"})},
                   {text_of(run, {"run", "name"})},
                   {text_of(run, {"run", "kind"})},
                   {phase, tone_of(phase)},
                   {elapsed_of(second)},
                   {users_of(second)},
                   {rate_of(second)},
                   {p95_of(second, look, "")},
                   failures_of(second)});
  }
  return fmt::format("{}\n", fmt::join(table.lines(look), "\n"));
}

std::string event_text(std::string_view event, const Json& data, const Look& look) {
  if (event == "begin")
    return fmt::format("{}  {}  {}\n", text_of(data, {"run", "id"}), text_of(data, {"run", "name"}),
                       text_of(data, {"run", "command_line"}));
  if (event == "second") return second_text(data, look);
  if (event == "log") return log_text(data, look);
  if (event == "end") return end_text(data, look);
  return {};
}

}  // namespace thresher::cli
