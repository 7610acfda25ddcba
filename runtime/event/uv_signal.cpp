#include <utility>

#include "event/uv_internal.h"
#include "event/uv_loop.h"

namespace thresher::event {
namespace {

struct SignalState {
  uv_signal_t signal{};
  std::function<void(int)> on_signal;
  bool abandoned = false;

  uv_signal_t* handle() { return &signal; }
  void abandon() { abandoned = true; }
};

class UvSignalWatch final : public SignalWatch {
 public:
  explicit UvSignalWatch(Owned<SignalState> state) : state_(std::move(state)) {}

 private:
  Owned<SignalState> state_;
};

}  // namespace

std::unique_ptr<SignalWatch> watch_signal(Loop& uv_loop, int signal_number, std::function<void(int)> on_signal) {
  auto& loop = dynamic_cast<UvLoop&>(uv_loop);
  Owned<SignalState> state(new SignalState{.on_signal = std::move(on_signal)});
  uv_signal_init(loop.raw(), &state->signal);
  state->signal.data = state.get();
  uv_signal_start(
      &state->signal,
      [](uv_signal_t* handle, int number) {
        auto& self = *static_cast<SignalState*>(handle->data);
        if (self.abandoned) return;
        static_cast<UvLoop*>(handle->loop->data)->begin_callback();
        self.on_signal(number);
      },
      signal_number);
  return std::make_unique<UvSignalWatch>(std::move(state));
}

}  // namespace thresher::event
