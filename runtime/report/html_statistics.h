#pragma once

#include <vector>

#include "engine/run.h"
#include "report/html_markup.h"
#include "report/request_table.h"
#include "report/run_description.h"

namespace thresher::report {

/// The tables of Locust's HTML report, its columns in its order (CONVENTIONS). Each is pure.
HtmlSection html_request_statistics(const RequestTable& table);
HtmlSection html_response_times(const RequestTable& table);
HtmlSection html_failures(const metrics::Totals& totals);
HtmlSection html_exceptions(const metrics::Totals& totals);
/// What share of the users each scenario has, and of its iterations each task.
HtmlSection html_final_ratio(const profile::Plan& plan);

}  // namespace thresher::report
