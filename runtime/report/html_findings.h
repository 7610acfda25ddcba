#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/run.h"
#include "report/html_markup.h"
#include "report/run_description.h"
#include "report/verdict.h"

namespace thresher::report {

/// What our page says before Locust's tables. Each is pure; those that may have nothing to say return nothing.
HtmlSection html_verdict(const Verdict& verdict, const engine::RunSummary& summary);
/// The figures asked for first, as HTML.
std::string html_key_figures(const profile::Plan& plan, const engine::Snapshot& snapshot);
HtmlSection html_validity(const engine::Validity& validity);
/// report/warning_signs.h, a paragraph each.
std::optional<HtmlSection> html_warning_signs(const std::vector<std::string>& signs);
HtmlSection html_thresholds(const engine::Snapshot& snapshot);
std::optional<HtmlSection> html_checks(const metrics::Totals& totals);
HtmlSection html_oracle(const Judgement& judgement);
/// Of the open model: by how much iterations began after they were due, and what that made of their response times.
std::optional<HtmlSection> html_lateness(const profile::Plan& plan, const metrics::Totals& totals);
HtmlSection html_environment(const RunDescription& run);

Mood mood_of(const Verdict& verdict);

}  // namespace thresher::report
