#pragma once

#include "agent.h"
#include "json_writer.h"

namespace farm {

void write_chaos_catalog(Dialect dialect, JsonWriter& json);

}  // namespace farm
