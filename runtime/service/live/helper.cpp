#include "service/live/helper.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.h"
#include "event/timer.h"

namespace thresher::service {
namespace {

class ProcessHelper final : public Helper, private event::ProcessEvents {
 public:
  ProcessHelper(event::Loop& loop, Nanoseconds limit, std::string name, std::function<void(Result<HelperAnswer>)> done)
      : name_(std::move(name)), done_(std::move(done)), limit_(loop.timers(), [this, limit](TimePoint) {
          finish(failed_ ? Result<HelperAnswer>(fail(std::move(*failed_)))
                         : fail(ErrorCode::timeout,
                                fmt::format("{} did not end within {}", name_, format_duration(limit))));
        }) {}

  void start(event::Loop& loop, const event::ProcessOptions& options, Nanoseconds limit) {
    auto started = loop.start_process(options, *this);
    if (started)
      process_ = std::move(*started);
    else
      failed_ = std::move(started.error());
    limit_.start_at(loop.now() + (failed_ ? Nanoseconds{0} : limit));
  }

 private:
  void on_process_bytes(event::ProcessStream stream, std::string_view bytes) override {
    std::string& into = stream == event::ProcessStream::output ? answer_.output : answer_.errors;
    into += bytes;
    if (into.size() > kMostOutput)
      finish(fail(ErrorCode::io, fmt::format("{} wrote more than {} MiB", name_, kMostOutput >> 20)));
  }
  void on_process_stream_end(event::ProcessStream) override {}
  void on_process_end(const event::ProcessEnd& end) override {
    answer_.exit_code = end.exit_code;
    finish(std::move(answer_));
  }

  void finish(Result<HelperAnswer> answer) {
    process_.reset();
    limit_.cancel();
    const auto done = std::move(done_);  // it may destroy this
    done(std::move(answer));
  }

  std::string name_;
  std::function<void(Result<HelperAnswer>)> done_;
  HelperAnswer answer_;
  std::optional<Error> failed_;
  event::Timer limit_;
  std::unique_ptr<event::Process> process_;
};

}  // namespace

std::unique_ptr<Helper> Helper::start(event::Loop& loop, const Program& program, std::vector<std::string> arguments,
                                      Nanoseconds limit, std::function<void(Result<HelperAnswer>)> done) {
  const std::string name = fmt::format("`thresher {}`", arguments.empty() ? std::string() : arguments.front());
  event::ProcessOptions options{.command = {program.path}, .environment = program.environment};
  for (std::string& argument : arguments) options.command.push_back(std::move(argument));
  auto helper = std::make_unique<ProcessHelper>(loop, limit, name, std::move(done));
  helper->start(loop, options, limit);
  return helper;
}

}  // namespace thresher::service
