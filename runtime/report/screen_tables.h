#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/run.h"
#include "report/request_table.h"
#include "report/text_layout.h"

namespace thresher::report {

using Lines = std::vector<std::string>;

/// Locust's table: Type Name # reqs # fails | Avg Min Max Med | req/s failures/s. `rates` says where the last two
/// columns come from: the whole run or the last ten seconds. With more than `rows_max` endpoints the busiest are shown
/// and the others counted.
Lines request_lines(const RequestTable& table, const RequestTable& rates, std::size_t rows_max, const Look& look);

/// A line per threshold with a mark, its text, and what was observed.
Lines threshold_lines(const engine::Snapshot& snapshot, const Look& look);

enum class Mark { pass, fail, unknown };
/// "✓", "✗", "?", in colour; "ok", "FAIL", "??" in ASCII.
std::string mark_text(Mark mark, const Look& look);

}  // namespace thresher::report
