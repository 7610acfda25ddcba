#pragma once

#include "json_writer.h"
#include "prognosis.h"
#include "workflow.h"

namespace farm {

/// The workflow's `__expected__`, as README.md describes it.
void write_truth(const Workflow& workflow, const Prognosis& prognosis, JsonWriter& json);

/// The public generator's, which weighs the sum of all tasks and guesses the status.
void write_public_truth(const Workflow& workflow, JsonWriter& json);

/// Tasks with a fault to inject.
std::size_t chaos_count(const Workflow& workflow);

}  // namespace farm
