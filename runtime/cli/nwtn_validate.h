#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/nwtn_client.h"
#include "cli/nwtn_validation.h"

namespace thresher::cli {

/// As typed; empty: not said.
struct NwtnValidateOptions {
  std::string url = "http://127.0.0.1:8000", timeout, seed;
  std::string output = "nwtn_agent_validation_results.json", output_dir = ".";
  std::vector<std::string> stand_ins, plugins;
  bool insecure = false, quiet = false;
};

/// Asks the four scenarios one after another. The loop's thread; the client outlives it.
class NwtnValidator {
 public:
  /// `on_session` hears of each; `on_done` once, last: after all of them, or at the first answer that shows another
  /// contract, with the error that names it.
  NwtnValidator(NwtnClient& client, Nanoseconds timeout, std::function<void(const NwtnValidation&)> on_session,
                std::function<void(Result<void>)> on_done);
  void begin() { ask(0); }

 private:
  void ask(std::size_t number);
  void answered(std::size_t number, const NwtnClient::Answer& answer);

  NwtnClient& client_;
  const Nanoseconds timeout_;
  const std::function<void(const NwtnValidation&)> on_session_;
  const std::function<void(Result<void>)> on_done_;
};

/// Does it all. Exit codes: 0 all four passed, 99 not, 104 nothing could be judged, 105 interrupted.
int nwtn_validate(const NwtnValidateOptions& options);

}  // namespace thresher::cli
