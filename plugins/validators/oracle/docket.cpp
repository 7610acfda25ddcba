#include "oracle/docket.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace oracle {

std::string RunFacts::replay() const {
  if (!known) return "replay: the history has no `run` event, so neither seed nor command are known";
  return fmt::format("replay: seed {}, {}", seed, command.empty() ? "command unknown" : command);
}

thresher::Finding Docket::finding(std::string_view what, std::string details) const {
  thresher::Finding finding;
  finding.check = check_;
  finding.observations = observations_;
  finding.violations = violations_;
  finding.details = std::move(details);
  if (violations_ > 0) {
    finding.verdict = thresher::Verdict::fail;
    finding.summary = fmt::format("{} violation{} in {} observation{}", violations_, violations_ == 1 ? "" : "s",
                                  observations_, observations_ == 1 ? "" : "s");
  } else if (observations_ > 0) {
    finding.verdict = thresher::Verdict::pass;
    finding.summary = fmt::format("{} {}", observations_, what);
  } else {
    finding.verdict = thresher::Verdict::no_data;
    finding.summary = "nothing to look at";
  }
  return finding;
}

void Docket::publish(std::int64_t t, Witness witness) const {
  thresher::Violation told;
  told.check = check_;
  told.subject = std::move(witness.subject);
  told.at = std::chrono::nanoseconds(t);
  for (const std::string& line : witness.lines) told.witness.append(line).append("\n");
  told.witness += run_.replay();
  if (!witness.details.empty()) {
    nlohmann::ordered_json details;
    for (auto& [key, value] : witness.details) details[std::string(key)] = std::move(value);
    for (auto& [from, to] : witness.edges)
      details["edges"].push_back({{"from", std::move(from)}, {"to", std::move(to)}});
    told.details = details.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  clerk_.violation(told);
}

std::string Timescale::at(history::Instant instant) const {
  if (!instant.known()) return "an unknown time";
  if (!origin_.known()) return history::to_text(instant);
  return fmt::format("{:+.3f} ms", history::milliseconds(instant - origin_));
}

std::string Timescale::legend() const {
  if (!origin_.known()) return "times are the platform's";
  return fmt::format("times are milliseconds after {}, on the platform's clock", history::to_text(origin_));
}

}  // namespace oracle
