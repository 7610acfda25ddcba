#pragma once

#include "history/answer.h"
#include "history/json.h"

namespace history {

/// Reads a platform's terminal answer into `answer`, which is cleared first. What a platform writes is never an error:
/// members of a wrong type count as absent.
void read_answer(json::value from, Answer& answer);

}  // namespace history
