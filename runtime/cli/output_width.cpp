#include "cli/output_width.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace thresher::cli {

std::size_t output_width(std::size_t otherwise) {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
}

}  // namespace thresher::cli
