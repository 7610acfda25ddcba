#pragma once

#include <string>

#include "comparison/comparison.h"
#include "report/text_layout.h"

namespace thresher::cli {

/// Which endpoints are shown: those with a figure that changed and Aggregated, or all of them. Few are always all
/// shown.
enum class Shown { changed, all };

/// What `thresher compare` and `thresher runs compare` print for a person, no line wider than the look's width as far
/// as the most important columns allow. Pure.
std::string comparison_text(const comparison::MeasuredRun& first, const comparison::MeasuredRun& second,
                            const comparison::Comparison& comparison, Shown shown, const report::Look& look);
/// The same as Markdown, for a pull request's comment. Names from the runs cannot break out of their cells. Pure.
std::string comparison_markdown(const comparison::MeasuredRun& first, const comparison::MeasuredRun& second,
                                const comparison::Comparison& comparison, Shown shown);

}  // namespace thresher::cli
