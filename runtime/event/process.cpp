#include "event/process.h"

#include "event/loop.h"

namespace thresher::event {

Result<std::unique_ptr<Process>> Loop::start_process(const ProcessOptions&, ProcessEvents&) {
  return fail(ErrorCode::invalid_argument, "a rehearsal starts no processes: their time is not virtual");
}

}  // namespace thresher::event
