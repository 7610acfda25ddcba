#include "plugin/load_watch.h"

#include <fmt/format.h>
#include <unistd.h>

namespace thresher::plugin {
namespace {

std::mutex loading;
thread_local LoadWatch* watch_of_this_thread = nullptr;
LoadWatch* installed =
    nullptr;  ///< written while `loading` is held, before the handlers are set and after they are gone

}  // namespace

LoadWatch::LoadWatch(const std::filesystem::path& library)
    : only_one_(loading),
      last_words_(fmt::format("thresher: plugin \"{}\" crashed while it was being loaded\n", library.string())) {
  installed = watch_of_this_thread = this;
  struct sigaction ours {};
  ours.sa_handler = &LoadWatch::on_signal;
  sigemptyset(&ours.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &ours, &before_[i]);
}

LoadWatch::~LoadWatch() {
  restore();
  installed = watch_of_this_thread = nullptr;
}

void LoadWatch::restore() noexcept {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

/// Only what a handler may do: write(2), sigaction(2), raise(3).
void LoadWatch::on_signal(int signal) {
  if (const LoadWatch* watch = watch_of_this_thread) {
    const std::string& words = watch->last_words_;
    [[maybe_unused]] const auto written = write(STDERR_FILENO, words.data(), words.size());
  }
  installed->restore();
  raise(signal);  // blocked until we return, then delivered to the handler that was there before
}

}  // namespace thresher::plugin
