#pragma once

#include <string_view>

namespace thresher::report {

/// What a page is made of, embedded at build time (html_assets/embed.cmake). None of it can end a script or style
/// element early.
extern const std::string_view kPageStyle, kUplotStyle;
extern const std::string_view kThemeScript, kUplotScript, kChartsScript, kTablesScript;
extern const std::string_view kUplotLicence;

}  // namespace thresher::report
