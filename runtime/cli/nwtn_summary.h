#pragma once

#include <string>
#include <vector>

#include "cli/nwtn_documents.h"

namespace thresher::cli {

/// A stress test for a person, on standard output: what Phase 1 asks and what was measured, agents, reasons of
/// failures, advice, where the files are.
void print_stress_summary(const NwtnFigures& figures, const NwtnStressReport& report,
                          const std::vector<std::string>& files);

}  // namespace thresher::cli
