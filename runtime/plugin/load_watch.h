#pragma once

#include <signal.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>

namespace thresher::plugin {

/// While it lives, a crash (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT) on this thread first names the plugin being
/// loaded on standard error and then takes its ordinary course: the handlers that were there before are put back, so a
/// debugger, a sanitizer or the shell sees what it would have seen. Crashes on other threads go straight to those.
///
/// A plugin's constructors run inside dlopen, in this process; nothing can be rescued there, but nobody should have to
/// find out with a debugger which of ten libraries it was. One watch at a time per process; a second one waits.
class LoadWatch {
 public:
  explicit LoadWatch(const std::filesystem::path& library);
  ~LoadWatch();
  LoadWatch(const LoadWatch&) = delete;
  LoadWatch& operator=(const LoadWatch&) = delete;

 private:
  static constexpr std::array<int, 5> kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  static void on_signal(int signal);
  void restore() noexcept;

  std::unique_lock<std::mutex> only_one_;
  std::string last_words_;  ///< built beforehand: a handler may not allocate
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace thresher::plugin
