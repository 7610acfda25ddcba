#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include "event/child_start.h"
#include "event/uv_internal.h"

namespace thresher::event {
namespace {

class UvProcess;

/// Waits for the process to end, and outlives its owner until it has: a process table keeps who is not waited for.
///
/// | state     | event                 | next    | why                                                    |
/// |-----------|-----------------------|---------|--------------------------------------------------------|
/// | watching  | SIGCHLD, it has ended | reaped  | the owner is told                                      |
/// | watching  | owner gone            | orphan  | its group is killed                                    |
/// | orphan    | SIGCHLD, it has ended | closing | nobody to tell                                         |
/// | reaped    | owner gone            | closing | the process id may be somebody else's: nothing is sent |
struct Reaper {
  uv_signal_t signal{};
  UvProcess* owner = nullptr;
  pid_t pid = -1;  ///< -1: not started, or reaped
  bool leads_group = true;

  void close() {
    uv_close(reinterpret_cast<uv_handle_t*>(&signal),
             [](uv_handle_t* handle) { delete static_cast<Reaper*>(handle->data); });
  }
  void leave() {
    owner = nullptr;
    if (pid < 0) return close();
    ::kill(leads_group ? -pid : pid, SIGKILL);
  }
  void look();
};

/// Our end of one of its pipes.
struct PipeState {
  uv_pipe_t pipe{};
  uv_shutdown_t last_write{};
  UvProcess* owner = nullptr;
  ProcessStream stream = ProcessStream::output;
  bool reading = false;
  bool over = false;  ///< output: it has ended; input: nothing more is written

  uv_pipe_t* handle() { return &pipe; }
  uv_stream_t* raw() { return reinterpret_cast<uv_stream_t*>(&pipe); }
  void abandon() { owner = nullptr; }
};

class UvProcess final : public Process {
 public:
  UvProcess(UvLoop& loop, ProcessEvents& events) : loop_(loop), events_(events), reaper_(new Reaper) {
    uv_signal_init(loop.raw(), &reaper_->signal);
    reaper_->signal.data = reaper_;
    reaper_->owner = this;
    uv_signal_start(
        &reaper_->signal, [](uv_signal_t* handle, int) { static_cast<Reaper*>(handle->data)->look(); }, SIGCHLD);
  }
  ~UvProcess() override { reaper_->leave(); }
  UvProcess(const UvProcess&) = delete;
  UvProcess& operator=(const UvProcess&) = delete;

  Result<void> start(const ProcessOptions& options);

  int pid() const override { return pid_; }
  bool send(int signal) override { return reaper_->pid > 0 && ::kill(reaper_->pid, signal) == 0; }
  bool write(std::string_view bytes) override;
  std::size_t queued_bytes() const override { return input_ ? uv_stream_get_write_queue_size(input_->raw()) : 0; }
  void close_input() override;
  void pause(ProcessStream stream) override {
    if (Owned<PipeState>& pipe = pipe_of(stream)) stop_reading(*pipe);
  }
  void resume(ProcessStream stream) override {
    if (Owned<PipeState>& pipe = pipe_of(stream)) start_reading(*pipe);
  }

  /// It has ended: tells what is left in the pipes, then that.
  void ended(const ProcessEnd& end);

 private:
  struct QueuedWrite {
    uv_write_t request{};
    std::string bytes;
  };

  Owned<PipeState> adopt(OwnedDescriptor descriptor, ProcessStream stream);
  Owned<PipeState>& pipe_of(ProcessStream stream) { return stream == ProcessStream::output ? output_ : errors_; }
  void start_reading(PipeState& pipe);
  static void stop_reading(PipeState& pipe);
  void drain(ProcessStream stream);
  void stream_over(PipeState& pipe);

  UvLoop& loop_;
  ProcessEvents& events_;
  int pid_ = -1;
  Reaper* reaper_;  ///< frees itself after leave()
  Owned<PipeState> input_, output_, errors_;
};

void Reaper::look() {
  if (pid < 0) return;
  int status = 0;
  pid_t ended = -1;
  do ended = ::waitpid(pid, &status, WNOHANG);
  while (ended < 0 && errno == EINTR);
  if (ended == 0) return;
  pid = -1;
  uv_signal_stop(&signal);
  if (owner == nullptr) return close();
  const bool by_signal = ended > 0 && WIFSIGNALED(status);
  owner->ended({.exit_code = ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                .signal = by_signal ? WTERMSIG(status) : 0});
}

Result<void> UvProcess::start(const ProcessOptions& options) {
  auto child = start_child(options);
  if (!child) return fail(std::move(child.error()));
  pid_ = reaper_->pid = child->pid;
  reaper_->leads_group = !options.terminal;
  if (options.terminal) return {};
  if (child->input.get() >= 0) input_ = adopt(std::move(child->input), ProcessStream::output);
  output_ = adopt(std::move(child->output), ProcessStream::output);
  errors_ = adopt(std::move(child->errors), ProcessStream::errors);
  start_reading(*output_);
  start_reading(*errors_);
  return {};
}

Owned<PipeState> UvProcess::adopt(OwnedDescriptor descriptor, ProcessStream stream) {
  Owned<PipeState> state(new PipeState{.owner = this, .stream = stream});
  uv_pipe_init(loop_.raw(), &state->pipe, 0);
  state->pipe.data = state.get();
  uv_pipe_open(&state->pipe, descriptor.release());  // a pipe of our own making, not yet known to this loop
  return state;
}

void UvProcess::start_reading(PipeState& pipe) {
  if (pipe.reading || pipe.over) return;
  pipe.reading = true;
  uv_read_start(
      pipe.raw(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = static_cast<PipeState*>(handle->data)->owner->loop_.read_buffer();
      },
      [](uv_stream_t* handle, ssize_t size, const uv_buf_t* buffer) {
        auto& state = *static_cast<PipeState*>(handle->data);
        if (size == 0) return;
        UvProcess& self = *state.owner;
        self.loop_.begin_callback();
        if (size < 0) return self.stream_over(state);
        self.events_.on_process_bytes(state.stream, {buffer->base, static_cast<std::size_t>(size)});
      });
}

void UvProcess::stop_reading(PipeState& pipe) {
  if (std::exchange(pipe.reading, false)) uv_read_stop(pipe.raw());
}

void UvProcess::stream_over(PipeState& pipe) {
  stop_reading(pipe);
  pipe.over = true;
  events_.on_process_stream_end(pipe.stream);
}

void UvProcess::ended(const ProcessEnd& end) {
  loop_.begin_callback();
  input_.reset();
  Reaper& reaper = *reaper_;  // lives on while the events may destroy this
  for (const ProcessStream stream : {ProcessStream::output, ProcessStream::errors}) {
    drain(stream);
    if (reaper.owner == nullptr) return;
  }
  events_.on_process_end(end);
}

/// SIGCHLD may be seen before the last bytes are.
void UvProcess::drain(ProcessStream stream) {
  if (!pipe_of(stream)) return;
  const Reaper& reaper = *reaper_;
  const uv_buf_t buffer = loop_.read_buffer();
  uv_os_fd_t descriptor = -1;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&pipe_of(stream)->pipe), &descriptor) != 0) return;
  while (reaper.owner != nullptr && pipe_of(stream)->reading) {
    const ssize_t size = ::read(descriptor, buffer.base, buffer.len);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;
    if (size == 0) return stream_over(*pipe_of(stream));
    events_.on_process_bytes(stream, {buffer.base, static_cast<std::size_t>(size)});
  }
}

bool UvProcess::write(std::string_view bytes) {
  if (!input_ || input_->over) return false;
  if (bytes.empty()) return true;
  const uv_buf_t buffer = uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int sent = uv_try_write(input_->raw(), &buffer, 1);
  if (sent == static_cast<int>(bytes.size())) return true;
  if (sent < 0 && sent != UV_EAGAIN) {
    input_->over = true;
    return false;
  }
  auto write = std::make_unique<QueuedWrite>();
  write->bytes = bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
  write->request.data = write.get();
  const uv_buf_t rest = uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  const int status = uv_write(&write->request, input_->raw(), &rest, 1, [](uv_write_t* request, int result) {
    const std::unique_ptr<QueuedWrite> done(static_cast<QueuedWrite*>(request->data));
    if (result < 0) static_cast<PipeState*>(request->handle->data)->over = true;
  });
  if (status < 0) return false;
  static_cast<void>(write.release());  // libuv's until its callback
  return true;
}

void UvProcess::close_input() {
  if (!input_ || queued_bytes() == 0) return input_.reset();
  if (std::exchange(input_->over, true)) return;
  // A pipe cannot be shut down as a socket can: libuv tries when everything is written, and then it is closed.
  uv_shutdown(&input_->last_write, input_->raw(), [](uv_shutdown_t* request, int) {
    if (UvProcess* owner = static_cast<PipeState*>(request->handle->data)->owner; owner != nullptr)
      owner->input_.reset();
  });
}

}  // namespace

Result<std::unique_ptr<Process>> make_process(UvLoop& loop, const ProcessOptions& options, ProcessEvents& events) {
  auto process = std::make_unique<UvProcess>(loop, events);
  if (auto started = process->start(options); !started) return fail(std::move(started.error()));
  return std::unique_ptr<Process>(std::move(process));
}

}  // namespace thresher::event
