#pragma once

#include <string>
#include <string_view>

#include "profile/plan.h"
#include "store/run_record.h"

namespace thresher::store {

/// RunStart::conditions of a planned run: its scenarios with their tasks and shares, its load shape and its host. Not
/// the seed, the thresholds, the number of workers or where files lie: they change nothing about what is measured.
/// Pure.
std::string conditions_of(const profile::Plan& plan, std::string_view host);

/// What a run is aimed at: `host` when it was given, else the scenarios' own, each once, joined by ", ".
std::string hosts_of(const profile::Plan& plan, std::string_view host);

/// The start of a planned run but for its command line, version and tags. Named after its scenarios.
RunStart start_of(const profile::Plan& plan, std::string_view host);

}  // namespace thresher::store
