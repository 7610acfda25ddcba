#include "cli/descriptor_limit.h"

#include <sys/resource.h>

#include "base/log.h"

namespace thresher::cli {

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warn("the limit of open files stays as it was");
}

}  // namespace thresher::cli
