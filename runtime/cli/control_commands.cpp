#include "cli/control_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "cli/commands.h"
#include "cli/output_width.h"
#include "cli/status_text.h"
#include "control/client.h"
#include "control/directory.h"
#include "event/uv_loop.h"
#include "report/terminal.h"

namespace thresher::cli {
namespace {

using control::Order;
using report::Json;

/// Of a table: a run that is stopped in a debugger must not keep the others from being shown.
constexpr auto kPatience = std::chrono::seconds(2);

constexpr const char* kWhich = "an id, its unique beginning, or last; needless when only one goes on";

struct ControlOptions {
  std::string run;
  std::vector<std::string> words;  ///< note: [RUN] TEXT
  std::optional<std::uint64_t> users;
  std::optional<double> rate;
  bool now = false, watch = false, as_json = false;
};

report::Look look_of_standard_output() {
  report::Look look = report::Terminal::detect(STDOUT_FILENO, false, false).look;
  look.width = output_width(look.width);
  return look;
}

/// Asks a run, and tells a person what has become of it.
int give(const std::string& reference, const Order& order, std::string_view done) {
  const auto id = run_going_on(reference);
  if (!id) return refuse(id.error());
  const auto folder = control::socket_folder();
  if (!folder) return refuse(folder.error());
  const auto answer = control::ask_once(control::socket_of(*folder, *id), order);
  if (!answer) return refuse({answer.error().code, fmt::format("{}: {}", *id, answer.error().message), {}});
  fmt::print("{} {}\n", *id, done);
  return kExitFine;
}

// ---- status

/// What each run answers; one that is not there any more, or does not answer, is left out and said on standard error.
std::vector<Json> ask_all(const std::filesystem::path& folder, const std::vector<std::string>& ids) {
  std::vector<Json> answers;
  for (const std::string& id : ids) {
    const auto answer = control::ask_once(control::socket_of(folder, id), {.kind = Order::Kind::status}, kPatience);
    Json read = answer ? Json::parse(*answer, nullptr, false) : Json();
    if (read.is_object())
      answers.push_back(std::move(read));
    else if (!answer && answer.error().code != ErrorCode::not_found)
      complain({answer.error().code, fmt::format("{}: {}", id, answer.error().message), {}});
  }
  return answers;
}

int show_status(const ControlOptions& options) {
  const auto folder = control::socket_folder();
  if (!folder) return refuse(folder.error());
  std::vector<std::string> ids = control::going_on(*folder);
  if (!options.run.empty()) {
    auto id = control::resolve(ids, options.run);
    if (!id) return refuse(id.error());
    ids = {std::move(*id)};
  }
  const std::vector<Json> runs = ask_all(*folder, ids);
  if (options.as_json)
    fmt::print("{}\n", report::json_text(options.run.empty() || runs.empty() ? Json{{"runs", runs}} : runs[0], 2));
  else if (runs.empty())
    fmt::print("no run goes on\n");
  else
    fmt::print("{}", status_text(runs, look_of_standard_output()));
  return kExitFine;
}

/// Prints what a run tells until it ends, Ctrl-C, or nobody reads any more.
class Follower final : private control::ClientEvents {
 public:
  Follower(event::Loop& loop, bool as_json)
      : loop_(loop),
        as_json_(as_json),
        look_(look_of_standard_output()),
        interrupt_(event::watch_signal(loop, SIGINT, [this](int) { loop_.stop(); })) {}

  /// The error: the connection ended before the run did.
  Result<void> follow(const std::filesystem::path& path) {
    client_ = control::Client::connect(loop_, path, *this);
    client_->ask({.kind = Order::Kind::watch}, [this](const Result<std::string>& answer) {
      if (!answer) problem_ = answer.error();
    });
    loop_.run();
    if (problem_) return fail(std::move(*problem_));
    return {};
  }

 private:
  void on_event(std::string_view event, std::string_view data) override {
    ended_ = ended_ || event == "end";
    if (as_json_)
      fmt::print("{}", control::event_line(event, data));
    else
      fmt::print("{}", event_text(event, Json::parse(data, nullptr, false), look_));
    if (std::fflush(stdout) != 0) loop_.stop();
  }
  void on_closed() override {
    if (!ended_ && !problem_)
      problem_ = {ErrorCode::io, "the run's process went away without a word: it was killed, or crashed", {}};
    loop_.stop();
  }

  event::Loop& loop_;
  const bool as_json_;
  const report::Look look_;
  const std::unique_ptr<event::SignalWatch> interrupt_;
  std::unique_ptr<control::Client> client_;
  bool ended_ = false;
  std::optional<Error> problem_;
};

int watch_run(const ControlOptions& options) {
  const auto id = run_going_on(options.run);
  if (!id) return refuse(id.error());
  const auto folder = control::socket_folder();
  if (!folder) return refuse(folder.error());
  const auto loop = event::make_uv_loop();
  Follower follower(*loop, options.as_json);
  if (auto followed = follower.follow(control::socket_of(*folder, *id)); !followed)
    return refuse({followed.error().code, fmt::format("{}: {}", *id, followed.error().message), {}});
  return kExitFine;
}

int status(const ControlOptions& options) { return options.watch ? watch_run(options) : show_status(options); }

// ---- orders

int pause(const ControlOptions& options) {
  return give(options.run, {.kind = Order::Kind::pause},
              "is paused: iterations in progress end, none begins; `thresher resume` lets it go on");
}

int scale(const ControlOptions& options) {
  if (options.users.has_value() == options.rate.has_value())
    return refuse({ErrorCode::invalid_argument, "scale: say either --users N or --rate X", {}});
  if (options.users)
    return give(options.run, {.kind = Order::Kind::scale, .users = options.users},
                fmt::format("is scaled to {} users", *options.users));
  return give(options.run, {.kind = Order::Kind::scale, .rate = options.rate},
              fmt::format("is scaled to {:g} arrivals per second", *options.rate));
}

int stop(const ControlOptions& options) {
  if (options.now) return give(options.run, {.kind = Order::Kind::kill}, "is interrupted; its report still comes");
  return give(options.run, {.kind = Order::Kind::stop},
              "is stopping: iterations in progress may end (--now interrupts them)");
}

int note(const ControlOptions& options) {
  const std::string& text = options.words.back();
  return give(options.words.size() > 1 ? options.words.front() : std::string(),
              {.kind = Order::Kind::note, .text = text}, "has the note on its timeline");
}

}  // namespace

Result<std::string> run_going_on(const std::string& reference) {
  const auto folder = control::socket_folder();
  if (!folder) return fail(Error(folder.error()));
  const std::vector<std::string> ids = control::going_on(*folder);
  if (ids.empty()) return fail(ErrorCode::not_found, "no run goes on: `thresher run` starts one");
  if (reference.empty() && ids.size() > 1)
    return fail(ErrorCode::invalid_argument, fmt::format("{} runs go on, say which: {} (`thresher status` shows them)",
                                                         ids.size(), fmt::join(ids, ", ")));
  return control::resolve(ids, reference);
}

Result<void> resume_paused(const std::string& id) {
  const auto folder = control::socket_folder();
  if (!folder) return fail(Error(folder.error()));
  const auto answer = control::ask_once(control::socket_of(*folder, id), {.kind = Order::Kind::resume});
  if (!answer) return fail(answer.error().code, fmt::format("{}: {}", id, answer.error().message));
  return {};
}

void add_control_commands(CLI::App& app, Command& command) {
  const auto options = std::make_shared<ControlOptions>();
  const auto add = [&](const char* name, const char* help, int (*perform)(const ControlOptions&)) -> CLI::App& {
    CLI::App& added = *app.add_subcommand(name, help);
    added.callback(
        [&command, options, perform] { command.perform = [options, perform] { return perform(*options); }; });
    return added;
  };
  const auto takes_run = [&](CLI::App& added) { added.add_option("run", options->run, kWhich)->type_name("RUN"); };

  CLI::App& shown = add("status",
                        "Shows the runs of this user that go on, whoever started them.\n\n"
                        "Examples:\n  thresher status\n  thresher status last --json\n  thresher status --watch\n",
                        status);
  shown.add_option("run", options->run, "an id, its unique beginning, or last")->type_name("RUN");
  shown.add_flag("--watch", options->watch, "follow one run, a line a second, until it ends or Ctrl-C");
  shown.add_flag("--json", options->as_json, "as JSON; with --watch one event a line");

  takes_run(add("pause",
                "Pauses a run: iterations in progress end, none begins, and the clock of its load stands still.\n\n"
                "Examples:\n  thresher pause\n  thresher pause 1m7y01sr0\n",
                pause));

  CLI::App& scaled = add("scale",
                         "Changes how hard a run loads: users of an externally-controlled one, arrivals per second of\n"
                         "a constant-arrival-rate one.\n\n"
                         "Examples:\n  thresher scale --users 50\n  thresher scale last --rate 120.5\n",
                         scale);
  takes_run(scaled);
  scaled.add_option("--users", options->users, "virtual users from now on")->type_name("N");
  scaled.add_option("--rate", options->rate, "arrivals per second from now on")->type_name("X");

  CLI::App& stopped = add("stop",
                          "Ends a run as Ctrl-C does: iterations in progress may end within its stop_timeout; its\n"
                          "report comes as always.\n\n"
                          "Examples:\n  thresher stop\n  thresher stop last --now\n",
                          stop);
  takes_run(stopped);
  stopped.add_flag("--now", options->now, "interrupt what is in progress");

  add("note",
      "Puts a note on a run's timeline, in its reports and in the history.\n\n"
      "Examples:\n  thresher note \"deploy begins\"\n  thresher note 1m7y01sr0 \"cache emptied\"\n",
      note)
      .add_option("text", options->words, "the run, unless only one goes on, and the note")
      ->required()
      ->expected(1, 2)
      ->type_name("[RUN] TEXT");
}

}  // namespace thresher::cli
