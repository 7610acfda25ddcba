#pragma once

#include "engine/run.h"
#include "report/html_markup.h"
#include "report/json_number.h"
#include "report/request_table.h"
#include "report/second_series.h"

namespace thresher::report {

/// The charts' frames: titles, legends, and the room they will take. html_assets/charts.js draws into them what
/// html_chart_data() holds. Pure.
HtmlSection html_charts(const profile::Plan& plan, const SecondSeries& seconds, const RequestTable& table);

/// {began_ms, elapsed_s, columns{name: a value per second}, spectrum{percentiles, rows: [[ms per percentile]]}}.
/// Rates are per second of the time each point covers; what came after the last whole second, teardown included, is
/// added to it, as a rate over some milliseconds would tower over all others. A spectrum's row ends where fewer than
/// one sample lies beyond. Pure.
Json html_chart_data(const profile::Plan& plan, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                     const RequestTable& table, WallTime began);

}  // namespace thresher::report
