#pragma once

#include <string_view>

#include "json.h"
#include "thresher/random.hpp"

namespace leveredge {

/// The kinds of projects that MUSE takes: "presentation|document|image|video|social".
bool is_project_type(std::string_view type);

/// The tasks MUSE breaks a project of this type down into:
/// [{"task_id","agent","task_type","description","depends_on"}], a graph without cycles whose edges all lead to tasks
/// of it, in an order that keeps to it.
Json task_breakdown(std::string_view type, std::string_view brief);

/// Makes it unsound in one of four ways: a cycle, a task it needs and does not have, one id twice, one that needs
/// itself.
void spoil(Json& breakdown, thresher::Random& random);

}  // namespace leveredge
