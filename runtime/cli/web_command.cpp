#include "cli/web_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/compared_run.h"
#include "cli/descriptor_limit.h"
#include "cli/web_host.h"
#include "event/uv_loop.h"
#include "store/location.h"

namespace thresher::cli {
namespace {

/// The page and its first run, until both have ended.
///
/// | state     | event                      | next      | why                                                      |
/// |-----------|----------------------------|-----------|----------------------------------------------------------|
/// | running   | SIGINT                     | running   | it is the run's: it stops gracefully                     |
/// | running   | SIGTERM                    | stopping  | the run stops gracefully, and the page after it          |
/// | running   | the run ended              | showing   | people look at what it came to                           |
/// | running   | it ended before it began   | stopping  | its command line was wrong, and it said so               |
/// | running   | it ended, --autoquit       | stopping  |                                                          |
/// | showing   | SIGINT, SIGTERM            | stopping  | runs of the page stop gracefully                         |
/// | stopping  | nothing goes on            | over      |                                                          |
/// | stopping  | SIGINT, SIGTERM            | over      | the runs are killed                                      |
class WebSession {
 public:
  WebSession(event::Loop& loop, service::LiveHost& host, bool autoquit)
      : loop_(loop), host_(host), autoquit_(autoquit) {
    for (const int number : {SIGINT, SIGTERM})
      watches_.push_back(event::watch_signal(loop, number, [this](int signal) { signalled(signal); }));
  }

  void run_first(std::vector<std::string> arguments) {
    running_ = true;
    host_.run_first(std::move(arguments), [this](Result<service::LiveHost::FirstEnd> end) { ended(std::move(end)); });
  }

  int exit_code() const { return exit_code_; }

 private:
  void signalled(int number) {
    if (stopping_) {
      exit_code_ = kExitInterrupted;
      return loop_.stop();
    }
    if (!running_) return stop("runs that the page started end with their reports; once more to leave at once");
    // A terminal has sent its Ctrl-C to the run as well; what comes by kill came to us alone.
    const bool from_terminal = number == SIGINT && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
    if (!from_terminal) host_.signal_first(number);
    leaves_ = leaves_ || number == SIGTERM;
  }

  void ended(Result<service::LiveHost::FirstEnd> end) {
    running_ = false;
    if (!end) {
      exit_code_ = refuse(end.error());
      return stop("");
    }
    constexpr int kSignalled = 128;  // as shells count
    exit_code_ = end->process.signal != 0 ? kSignalled + end->process.signal : end->process.exit_code;
    const bool never_began = !end->began && exit_code_ != 0;
    if (autoquit_ || leaves_ || never_began) return stop("");
    fmt::print("the page stays at http://{}/; Ctrl-C ends it\n", host_.address().text());
    std::fflush(stdout);
  }

  void stop(std::string_view word) {
    stopping_ = true;
    if (!word.empty() && host_.runs() > 0) {
      fmt::print("\nstopping: {}\n", word);
      std::fflush(stdout);
    }
    host_.drain([this] { loop_.stop(); });
  }

  event::Loop& loop_;
  service::LiveHost& host_;
  const bool autoquit_;
  bool running_ = false, stopping_ = false, leaves_ = false;
  int exit_code_ = kExitFine;
  std::vector<std::unique_ptr<event::SignalWatch>> watches_;
};

Result<event::Address> address_of(const WebOptions& web) {
  if (web.address) return parse_web_address(*web.address);
  return event::Address::loopback(web.port.value_or(8089));
}

/// A history that nobody asked for is done without when it cannot be opened.
Result<std::unique_ptr<store::RunStore>> history_for(const RunOptions& options, std::string& where) {
  if (options.no_history) return nullptr;
  const auto location = store::locate_history();
  auto opened = location ? store::RunStore::open(*location) : fail(Error(location.error()));
  if (opened) {
    where = location->shown;
    return opened;
  }
  if (location && location->named) return fail(std::move(opened.error()));
  log::warn("the page shows no history: {}", to_text(opened.error()));
  return nullptr;
}

}  // namespace

std::vector<std::string> without_web_flags(const std::vector<std::string>& arguments) {
  constexpr std::array<std::string_view, 2> kAlone{"--web", "--autoquit"};
  constexpr std::array<std::string_view, 2> kWithValue{"--web-port", "--address"};
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const std::string_view name = word.substr(0, word.find('='));
    if (std::find(kAlone.begin(), kAlone.end(), name) != kAlone.end()) continue;
    if (std::find(kWithValue.begin(), kWithValue.end(), name) != kWithValue.end()) {
      if (name.size() == word.size()) ++i;  // the value is the next word
      continue;
    }
    kept.push_back(arguments[i]);
  }
  return kept;
}

int web_command(const Command& command) {
  log::Options logging;
  logging.level = command.run.verbose ? log::Level::info : log::Level::warn;
  if (auto configured = log::configure(logging); !configured) return refuse(configured.error());
  const auto address = address_of(command.run.web);
  if (!address) return refuse(address.error());

  const Locations locations = Locations::of_this_process();
  plugin::Registry plugins;
  if (auto loaded = load_plugins(plugins, locations, command.run.plugins); !loaded) return refuse(loaded.error());
  std::string where;
  const auto store = history_for(command.run, where);
  if (!store) return refuse(store.error());
  raise_descriptor_limit();
  const std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  const auto web = start_web_host(*loop, locations, plugins,
                                  {.address = *address, .store = store->get(), .history = where, .database = {}});
  if (!web) return refuse(web.error());

  const bool has_run = !command.run.files.empty();
  fmt::print("the page is at http://{}/{}\n", web->host->address().text(),
             has_run ? "" : ", and waits for its form; Ctrl-C ends it");
  std::fflush(stdout);
  WebSession session(*loop, *web->host, command.run.web.autoquit);
  if (has_run) session.run_first(without_web_flags(command.arguments));
  loop->run();
  return session.exit_code();
}

}  // namespace thresher::cli
