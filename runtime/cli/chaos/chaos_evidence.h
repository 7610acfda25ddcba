#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "cli/chaos/chaos_matrix.h"

namespace thresher::cli {

/// Keeps what a failed run leaves, in `folder`/NN-SEED: evidence.json (what failed, how to replay it, a diagnosis of
/// every store), the stores themselves, the run's history, its report, its command line and what it printed. Returns
/// the folder.
Result<std::filesystem::path> keep_chaos_evidence(const ChaosPlan& plan, std::size_t run, const SweepReport::Row& row,
                                                  const std::filesystem::path& folder);

/// What a person reads of one such folder, or of each in a folder of them. The error names what is no evidence.
Result<std::string> evidence_text(const std::filesystem::path& folder);

}  // namespace thresher::cli
