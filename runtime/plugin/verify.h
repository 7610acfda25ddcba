#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace thresher::plugin {

struct VerifyOptions {
  std::uint64_t seed = 1;
  /// By name of a target, generator, validator or output: the options its instances are made with, a JSON object. For
  /// those that cannot be made of their defaults alone.
  std::map<std::string, std::string> configs;
  /// How long each of the five parts of a memory check goes on (at least two cycles, at most a thousand).
  std::chrono::milliseconds memory_budget = std::chrono::milliseconds(600);
  std::chrono::milliseconds limit = std::chrono::seconds(120);  ///< of one check, on the wall's clock
};

/// What one check of the contract suite found.
struct CheckResult {
  std::string subject;  ///< "library", or "generator farm"
  std::string check;    ///< what was to hold: "the same seed gives the same bytes ..."
  std::string why;      ///< why it does not; empty: it holds
  bool passed() const { return why.empty(); }
};

/// Puts a library to the contract suite: its handshake, and for everything it offers its options, its memory, its
/// determinism, its behaviour on several threads and what its kind is asked to bear. Each check runs in a process of
/// its own (fork), so that a plugin that crashes, exits or hangs fails that check alone and is named; the caller must
/// have no other thread. `on_result` hears each result as it comes.
///
/// A library whose handshake fails has that one result. Error: the path is not there.
Result<std::vector<CheckResult>> verify_plugin(const std::filesystem::path& library, const VerifyOptions& options,
                                               const std::function<void(const CheckResult&)>& on_result = {});

}  // namespace thresher::plugin
