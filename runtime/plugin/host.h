#pragma once

#include <memory>
#include <optional>
#include <string>

#include "thresher/plugin.h"

namespace thresher::plugin {

/// What one library is given to call back with. It lives as long as the library: until the process exits.
class Host {
 public:
  /// `label` names the library in what it logs.
  explicit Host(std::string label);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const thresher_host* table() const { return &table_; }
  const std::string& label() const { return label_; }

 private:
  std::string label_;
  thresher_host table_{};
};

/// A call into a plugin in progress on this thread: catches what the plugin says through host->fail. Scopes nest.
///
/// The innermost scope is found through a thread_local, because fail() has no other way to tell apart two instances of
/// one library that two threads are calling at the same time.
class CallScope {
 public:
  CallScope();
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  /// The last message given to host->fail since the scope began.
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  friend class Host;
  std::optional<std::string> failure_;
  CallScope* outer_;
};

/// Runs `call` and gives the text of an exception that a plugin let escape; nothing when it returned. The ABI forbids
/// them, yet ending the whole run without a name would punish the wrong person.
template <class Call>
std::optional<std::string> escaped_exception(Call&& call) {
  try {
    call();
    return std::nullopt;
  } catch (const std::exception& error) {
    return std::string("threw ") + error.what();
  } catch (...) {
    return "threw something that is no std::exception";
  }
}

}  // namespace thresher::plugin
