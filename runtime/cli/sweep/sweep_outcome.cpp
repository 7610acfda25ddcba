#include "cli/sweep/sweep_outcome.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;
using Figure = std::optional<double> SweepOutcome::*;

constexpr std::array<std::pair<const char*, Figure>, 7> kFigures = {{{"requests", &SweepOutcome::requests},
                                                                     {"failure_ratio", &SweepOutcome::failure_ratio},
                                                                     {"rate_per_s", &SweepOutcome::rate_per_s},
                                                                     {"p50_ms", &SweepOutcome::p50_ms},
                                                                     {"p95_ms", &SweepOutcome::p95_ms},
                                                                     {"p99_ms", &SweepOutcome::p99_ms},
                                                                     {"elapsed_s", &SweepOutcome::elapsed_s}}};

std::optional<double> number_at(const Json& document, const char* pointer) {
  const Json::json_pointer at(pointer);
  if (!document.contains(at) || !document.at(at).is_number()) return std::nullopt;
  return document.at(at).get<double>();
}

/// Of a run's own report; the last of its requests is their sum.
void read_run(const Json& document, SweepOutcome& outcome) {
  outcome.verdict = document.at("verdict").value("word", "");
  outcome.text = document.at("verdict").value("text", "");
  outcome.elapsed_s = number_at(document, "/run/elapsed_s");
  if (!document.contains("requests") || document.at("requests").empty()) return;
  const Json& all = document.at("requests").back();
  outcome.requests = number_at(all, "/requests");
  outcome.failure_ratio = number_at(all, "/failure_ratio");
  outcome.rate_per_s = number_at(all, "/requests_per_s");
  outcome.p50_ms = number_at(all, "/duration_ms/percentiles/50");
  outcome.p95_ms = number_at(all, "/duration_ms/percentiles/95");
  outcome.p99_ms = number_at(all, "/duration_ms/percentiles/99");
}

/// Of `thresher nested`, in the public script's words.
void read_nested(const Json& document, SweepOutcome& outcome) {
  outcome.requests = number_at(document, "/total_requests");
  outcome.rate_per_s = number_at(document, "/throughput_rps");
  outcome.elapsed_s = number_at(document, "/elapsed_sec");
  outcome.p50_ms = number_at(document, "/latency_ms_percentiles/p50");
  outcome.p95_ms = number_at(document, "/latency_ms_percentiles/p95");
  outcome.p99_ms = number_at(document, "/latency_ms_percentiles/p99");
  const auto good = number_at(document, "/status_counts/succeeded").value_or(0);
  if (outcome.requests.value_or(0) > 0) outcome.failure_ratio = 1 - good / *outcome.requests;
  outcome.verdict = outcome.exit_code == kExitFine ? "PASSED" : "FAILED";
  outcome.text = fmt::format("{:.0f} of {:.0f} succeeded", good, outcome.requests.value_or(0));
}

/// The last line that says something.
std::string last_words(std::string_view printed) {
  while (!printed.empty() && (printed.back() == '\n' || printed.back() == '\r' || printed.back() == ' '))
    printed.remove_suffix(1);
  const auto line = printed.rfind('\n');
  return std::string(line == std::string_view::npos ? printed : printed.substr(line + 1));
}

}  // namespace

SweepOutcome sweep_outcome_of(int exit_code, std::string document, std::string_view printed) {
  SweepOutcome outcome;
  outcome.exit_code = exit_code;
  const Json read = document.empty() ? Json() : Json::parse(document, nullptr, false);
  if (read.is_object() && read.contains("verdict")) {
    read_run(read, outcome);
  } else if (read.is_object() && read.contains("status_counts")) {
    read_nested(read, outcome);
  } else {
    document.clear();
  }
  if (outcome.verdict.empty()) {
    outcome.verdict = exit_code == kExitFine ? "FINISHED" : "ERROR";
    outcome.text = last_words(printed);
  }
  outcome.document = std::move(document);
  return outcome;
}

std::string SweepOutcome::json() const {
  Json all = {{"exit_code", exit_code}, {"verdict", verdict}, {"text", text}};
  for (const auto& [name, figure] : kFigures) all[name] = this->*figure ? Json(*(this->*figure)) : Json();
  all["document"] = document.empty() ? Json() : Json::parse(document);
  return all.dump();
}

Result<SweepOutcome> read_sweep_outcome(std::string_view json) {
  const Json all = Json::parse(json, nullptr, false);
  if (!all.is_object() || !all.contains("exit_code"))
    return fail(ErrorCode::parse, "a work item's output is no outcome of a run");
  SweepOutcome outcome;
  outcome.exit_code = all.at("exit_code").get<int>();
  outcome.verdict = all.value("verdict", "");
  outcome.text = all.value("text", "");
  for (const auto& [name, figure] : kFigures) outcome.*figure = number_at(all, fmt::format("/{}", name).c_str());
  if (all.contains("document") && all.at("document").is_object()) outcome.document = all.at("document").dump();
  return outcome;
}

}  // namespace thresher::cli
