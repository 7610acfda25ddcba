#include "service/live/child_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/text.h"
#include "service/live/child_run.h"

namespace thresher::service {
namespace {

/// How often the folder is looked at while a run is about to open its socket there. A rehearsal may be over in a tenth
/// of a second.
constexpr Nanoseconds kLook = std::chrono::milliseconds(5);
constexpr int kTries = 10;  ///< to hear what a new run is

/// What a folder or file may be called after: "light", "health_checks".
std::string name_of(const Form& form) {
  std::string name = form.profile;
  if (name.empty() && !form.files.empty()) name = std::filesystem::path(form.files.front()).stem().string();
  for (char& c : name) {
    const bool plain =
        ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  constexpr std::size_t kLongest = 40;
  return name.empty() ? "run" : name.substr(0, kLongest);
}

/// "20261121T024600Z": sorts by time, and is a file name everywhere.
std::string stamp_of(WallTime time) {
  std::string stamp = format_wall_time(std::chrono::floor<std::chrono::seconds>(time));
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return stamp;
}

/// `base`, or `base-2` ... when that is taken. The error names the folder.
Result<std::filesystem::path> make_folder(const std::filesystem::path& base) {
  std::error_code problem;
  std::filesystem::create_directories(base.parent_path(), problem);
  for (int number = 1; !problem; ++number) {
    const std::filesystem::path folder = base.string() + (number == 1 ? std::string() : fmt::format("-{}", number));
    if (std::filesystem::create_directory(folder, problem)) return folder;
  }
  return fail(ErrorCode::io,
              fmt::format("cannot make the folder '{}' for the report: {}", base.string(), problem.message()));
}

}  // namespace

ChildRuns::ChildRuns(event::Loop& loop, LiveRuns& live, const Program& program, std::filesystem::path reports)
    : loop_(loop),
      live_(live),
      program_(program),
      reports_(std::move(reports)),
      look_(loop.timers(), [this](TimePoint now) { look_for_sockets(now); }),
      alive_(std::make_shared<bool>(true)) {}

ChildRuns::~ChildRuns() { *alive_ = false; }

void ChildRuns::start(const Form& form, Started started) {
  if (stopping_) return started(fail(ErrorCode::cancelled, "this host is ending and starts no more runs"));
  auto folder = make_folder(reports_ / fmt::format("{}-{}", stamp_of(loop_.wall_now()), name_of(form)));
  if (!folder) return started(fail(std::move(folder.error())));
  auto child = std::make_unique<ChildRun>(*this, std::move(started));
  child->report_folder = *folder;
  event::ProcessOptions options{.command = {program_.path}, .environment = program_.environment};
  for (std::string& argument : arguments_of(form)) options.command.push_back(std::move(argument));
  options.command.insert(options.command.end(), {"--report-dir", folder->string()});
  launch(std::move(child), std::move(options));
}

void ChildRuns::start_at_terminal(std::vector<std::string> arguments, Started started,
                                  std::function<void(const event::ProcessEnd&)> ended) {
  auto child = std::make_unique<ChildRun>(*this, std::move(started));
  child->at_terminal = true;
  child->on_end = std::move(ended);
  event::ProcessOptions options{.command = {program_.path}, .environment = program_.environment};
  options.terminal = true;
  for (std::string& argument : arguments) options.command.push_back(std::move(argument));
  launch(std::move(child), std::move(options));
}

void ChildRuns::launch(std::unique_ptr<ChildRun> child, event::ProcessOptions options) {
  live_.new_ids();  // what is there before it is not its socket
  if (auto launched = child->launch(loop_, options); !launched) return child->refuse(std::move(launched.error()));
  children_.push_back(std::move(child));
  look_.start_at(loop_.now() + kLook);
}

void ChildRuns::look_for_sockets(TimePoint now) {
  bool waiting = false;
  for (const auto& child : children_) waiting = waiting || child->starting();
  if (!waiting) return;
  look_.start_at(now + kLook);
  for (const std::string& id : live_.new_ids()) {
    live_.keep(id);
    identify(id, kTries);
  }
}

/// Whose is it? A run that has only just opened its socket may have nothing to say of itself yet.
void ChildRuns::identify(const std::string& id, int tries) {
  live_.describe(id, [this, id, tries](const Result<std::string>& description) {
    if (!description) {
      if (description.error().code == ErrorCode::parse && tries > 1) identify(id, tries - 1);
      return;
    }
    const int process = Json::parse(*description, nullptr, false).value("process", 0);
    for (const auto& child : children_)
      if (child->starting() && child->process().pid() == process) return child->found(id);
  });
}

void ChildRuns::ended(ChildRun& child) {
  loop_.post([this, alive = alive_, &child] {  // it is calling
    if (!*alive) return;
    std::erase_if(children_, [&](const auto& each) { return each.get() == &child; });
    if (children_.empty() && on_none_left_) std::exchange(on_none_left_, nullptr)();
  });
}

void ChildRuns::interrupt_all(std::function<void()> on_none_left) {
  stopping_ = true;
  if (children_.empty()) return on_none_left();
  on_none_left_ = std::move(on_none_left);
  for (const auto& child : children_) child->process().send(SIGINT);
}

bool ChildRuns::signal_terminal_run(int number) {
  for (const auto& child : children_)
    if (child->at_terminal) return child->process().send(number);
  return false;
}

Json ChildRuns::obituary(const std::string& id) const {
  const bool ours = std::any_of(children_.begin(), children_.end(), [&](const auto& child) { return child->id == id; });
  return {{"exit_code", nullptr},
          {"word", "LOST"},
          {"text", fmt::format("the run's process went away without a report{}",
                               ours ? "; the end of the log may say why" : ": it was killed, or the machine ran out")},
          {"also", Json::array()},
          {"id", id.starts_with('p') ? "" : id},
          {"files", Json::array()}};
}

}  // namespace thresher::service
