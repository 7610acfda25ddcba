#pragma once

#include <string>

#include "execution.h"
#include "view.h"

namespace gateway {

/// GET /workflows/{id}/dag, as JSON; empty when nothing of the run exists at the view's moment. Written straight to
/// text: a workflow may have thousands of executions, and each of them is in it twice.
std::string dag_document(const Run& run, const View& view);

}  // namespace gateway
