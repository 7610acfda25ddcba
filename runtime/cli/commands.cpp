#include "cli/commands.h"

#include <cstdio>

namespace thresher::cli {

void complain(const Error& error) { std::fprintf(stderr, "thresher: %s\n", to_text(error).c_str()); }

int refuse(const Error& error) {
  complain(error);
  return exit_code_of(error);
}

int exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::script:
      return kExitScriptError;
    case ErrorCode::internal:
      return kExitBug;
    default:
      return kExitBadConfiguration;
  }
}

}  // namespace thresher::cli
