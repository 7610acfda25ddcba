#include "cli/serve_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/descriptor_limit.h"
#include "cli/farm_launcher.h"
#include "cli/locations.h"
#include "cli/web_host.h"
#include "event/timer.h"
#include "event/uv_loop.h"
#include "plugin/registry.h"
#include "service/oracle_service.h"
#include "service/platform_client.h"
#include "store/location.h"
#include "store/run_store.h"

namespace thresher::cli {
namespace {

/// A load's stop_timeout is 30 s; what has not ended then will not.
constexpr Nanoseconds kGrace = std::chrono::seconds(40);

/// As typed; empty: not said.
struct ServeOptions {
  std::string port, bind, database, platform_url, seed;
  std::string max_body, max_connections, max_loads;
  std::string web_port;
  std::vector<std::string> plugins;
  bool no_history = false, no_web = false, verbose = false;
};

/// The flag, else the first of these variables that is set and not empty, else `fallback`.
std::string said(const std::string& flag, std::initializer_list<const char*> variables, std::string fallback = {}) {
  if (!flag.empty()) return flag;
  for (const char* name : variables)
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return fallback;
}

template <class Number>
Result<Number> whole_number(std::string_view flag, const std::string& text, Number least, Number most) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return value;
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} '{}': expected a whole number from {} to {}", flag, text, least, most));
}

Result<event::Address> address_of(const ServeOptions& given) {
  const auto port = whole_number<std::uint16_t>("--port", said(given.port, {"THRESHER_PORT", "PORT"}, "5000"), 0,
                                                std::numeric_limits<std::uint16_t>::max());
  if (!port) return fail(Error(port.error()));
  const std::string host = said(given.bind, {"THRESHER_BIND"}, "127.0.0.1");
  const auto address = event::Address::parse(host == "localhost" ? "127.0.0.1" : host, *port);
  if (!address)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("--bind '{}': expected an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::1", host));
  return *address;
}

Result<void> read_limits(const ServeOptions& given, service::OracleOptions& options) {
  constexpr std::size_t kMostBody = std::size_t{1} << 30;
  const auto read = [](std::string_view flag, const std::string& text, std::size_t most,
                       std::size_t& into) -> Result<void> {
    if (text.empty()) return {};
    const auto value = whole_number<std::size_t>(flag, text, 1, most);
    if (!value) return fail(Error(value.error()));
    into = *value;
    return {};
  };
  if (auto done = read("--max-body", said(given.max_body, {"THRESHER_MAX_BODY"}), kMostBody, options.limits.max_body);
      !done)
    return done;
  if (auto done = read("--max-connections", said(given.max_connections, {"THRESHER_MAX_CONNECTIONS"}), 1'000'000,
                       options.limits.max_connections);
      !done)
    return done;
  return read("--max-loads", said(given.max_loads, {"THRESHER_MAX_LOADS"}), 1000, options.max_loads);
}

Result<service::OracleOptions> options_of(const ServeOptions& given) {
  service::OracleOptions options;
  const auto address = address_of(given);
  if (!address) return fail(Error(address.error()));
  options.address = *address;
  options.token = said("", {"THRESHER_TOKEN"});
  options.version = THRESHER_VERSION;
  options.platform_url = said(given.platform_url, {"THRESHER_PLATFORM_URL", "PLATFORM_URL"});
  if (!options.platform_url.empty()) {
    if (const auto url = service::parse_platform_url(options.platform_url); !url)
      return fail(ErrorCode::invalid_argument, "--platform-url: " + url.error().message);
  }
  if (const std::string seed = said(given.seed, {"THRESHER_SEED"}); !seed.empty()) {
    const auto value = whole_number<std::uint64_t>("--seed", seed, 0, std::numeric_limits<std::uint64_t>::max());
    if (!value) return fail(Error(value.error()));
    options.seed = *value;
  }
  if (auto limits = read_limits(given, options); !limits) return fail(std::move(limits.error()));
  if (given.verbose)
    options.on_answered = [](const service::AccessRecord& record) {
      log::info("{} {} {} {} bytes {:.1f} ms", record.method, record.target, record.status, record.body_bytes,
                to_milliseconds(record.took));
    };
  return options;
}

/// The run history, and where it is in words. A history that nobody asked for is done without when it cannot be opened.
struct History {
  std::unique_ptr<store::RunStore> store;
  std::string where = "runs are not stored";
  std::string shown, database;  ///< its place for people; how runs of the page find it, empty: by themselves
};

Result<History> open_history(const ServeOptions& given) {
  History history;
  if (given.no_history) return history;
  const std::string database = said(given.database, {"THRESHER_DATABASE"});
  auto location = database.empty() ? store::locate_history() : store::parse_location(database);
  if (!location) return fail(std::move(location.error()));
  auto opened = store::RunStore::open(*location);
  if (!opened && (location->named || !database.empty())) return fail(std::move(opened.error()));
  if (!opened) {
    log::warn("runs are not stored: {}", to_text(opened.error()));
    return history;
  }
  history.store = std::move(*opened);
  history.where = "runs are stored in " + location->shown;
  history.shown = location->shown;
  history.database = database;
  return history;
}

/// A port in use is worth the way out.
Error explained(Error error, const event::Address& address) {
  if (error.code == ErrorCode::io)
    error.message = fmt::format(
        "cannot serve at {}: {}; `ss -ltnp 'sport = :{}'` shows what has the port: stop it, or choose another with "
        "--port",
        address.text(), error.message, address.port);
  return error;
}

/// The page beside the oracle. Its usual port may be another thresher's: when nobody asked for it, it is done without.
Result<std::optional<WebHost>> start_page(event::Loop& loop, const ServeOptions& given, const Locations& locations,
                                          const plugin::Registry& plugins, const History& history,
                                          const event::Address& oracle) {
  if (given.no_web) return std::nullopt;
  const std::string asked = said(given.web_port, {"THRESHER_WEB_PORT"});
  const auto port = whole_number<std::uint16_t>("--web-port", asked.empty() ? "8089" : asked, 0,
                                                std::numeric_limits<std::uint16_t>::max());
  if (!port) return fail(Error(port.error()));
  event::Address address = oracle;
  address.port = *port;
  auto web = start_web_host(
      loop, locations, plugins,
      {.address = address, .store = history.store.get(), .history = history.shown, .database = history.database});
  if (web) return std::optional(std::move(*web));
  if (!asked.empty()) return fail(std::move(web.error()));
  log::warn("there is no page: {}", to_text(web.error()));
  return std::nullopt;
}

/// Runs the loop until signals end it: the first one gracefully, the second one at once. `page` may be null.
int serve_until_stopped(event::Loop& loop, service::OracleService& service, service::LiveHost* page) {
  int signals = 0;
  int left = page != nullptr ? 2 : 1;
  int exit_code = kExitFine;
  event::Timer grace(loop.timers(), [&](TimePoint) {
    log::warn("not everything has ended within {} s: leaving now", kGrace / std::chrono::seconds(1));
    loop.stop();
  });
  const auto stop = [&](int) {
    if (++signals > 1) {
      exit_code = kExitInterrupted;
      return loop.stop();
    }
    fmt::print("\nstopping: streams end, loads are stopped and recorded; once more to leave at once\n");
    std::fflush(stdout);
    grace.start_at(loop.now() + kGrace);
    const auto part_done = [&loop, &left] {
      if (--left == 0) loop.stop();
    };
    service.drain(part_done);
    if (page != nullptr) page->drain(part_done);
  };
  const auto on_interrupt = event::watch_signal(loop, SIGINT, stop);
  const auto on_terminate = event::watch_signal(loop, SIGTERM, stop);
  loop.run();
  fmt::print("{} requests answered\n", service.requests());
  return exit_code;
}

int serve(const ServeOptions& given) {
  log::Options logging;
  logging.level = given.verbose ? log::Level::info : log::Level::warn;
  if (auto configured = log::configure(logging); !configured) return refuse(configured.error());
  auto options = options_of(given);
  if (!options) return refuse(options.error());

  const Locations locations = Locations::of_this_process();
  plugin::Registry registry;
  if (auto loaded = load_plugins(registry, locations, given.plugins); !loaded) return refuse(loaded.error());
  const auto generator = registry.generator("farm");
  if (!generator) return refuse(generator.error());
  const auto validator = registry.validator("farm");
  auto history = open_history(given);
  if (!history) return refuse(history.error());

  raise_descriptor_limit();
  const std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  FarmLauncher launcher(*loop, registry, locations.script("scripts/farm_stress.lua"));
  const event::Address wanted = options->address;
  const auto service = service::OracleService::start(*loop,
                                                     {.generator = *generator,
                                                      .validator = validator ? *validator : nullptr,
                                                      .launcher = &launcher,
                                                      .store = history->store.get()},
                                                     std::move(*options));
  if (!service) return refuse(explained(service.error(), wanted));
  const auto page = start_page(*loop, given, locations, registry, *history, (*service)->address());
  if (!page) return refuse(page.error());
  service::LiveHost* const host = *page ? (*page)->host.get() : nullptr;
  fmt::print("the oracle listens at http://{}/ ({}){}; Ctrl-C ends it\n", (*service)->address().text(), history->where,
             host != nullptr ? fmt::format(", the live page at http://{}/", host->address().text()) : "");
  std::fflush(stdout);
  return serve_until_stopped(*loop, **service, host);
}

}  // namespace

void add_serve_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App& serve_app = *app.add_subcommand(
      "serve",
      "The oracle's HTTP service: makes agent fleets, workflows and stress scenarios, pushes them to a platform, "
      "judges\n"
      "what it did, and remembers. The page at / lists what there is; /openapi.json says it to programs.\n"
      "Beside it, on port 8089, the live page: starts, watches, steers and compares runs in a browser.\n\n"
      "Examples:\n"
      "  thresher serve\n"
      "  thresher serve --platform-url https://staging.example --database postgresql://farm@db.example/farm\n"
      "  curl 'http://localhost:5000/api/agents/workflow?workflow_type=saga&chaos_rate=0.2&seed=7'\n"
      "  curl -N 'http://localhost:5000/api/agents/stream?rate=50'\n"
      "  curl -X POST http://localhost:5000/api/agents/run-stress-test -d "
      "'{\"scale\":\"small\",\"workflow_count\":3}'\n"
      "  THRESHER_TOKEN=$(openssl rand -hex 32) thresher serve --bind 0.0.0.0\n");
  const auto add = [&serve_app](const char* flag, std::string& into, const char* help, const char* type) {
    serve_app.add_option(flag, into, help)->type_name(type);
  };
  add("--port", options->port, "where to listen (PORT, else 5000; 0: any that is free)", "N");
  add("--bind", options->bind, "at which address (127.0.0.1); one that others reach wants THRESHER_TOKEN", "ADDRESS");
  add("--database", options->database, "run history: postgresql://... or a SQLite file (DATABASE_URL)", "URL");
  add("--platform-url", options->platform_url, "platform of requests that name none (PLATFORM_URL)", "URL");
  add("--seed", options->seed, "of what no request fixes (12345)", "N");
  add("--max-body", options->max_body, "bytes of a request's body (1048576)", "N");
  add("--max-connections", options->max_connections, "at a time (10000)", "N");
  add("--web-port", options->web_port, "of the live page (8089; 0: any that is free)", "N");
  add("--max-loads", options->max_loads, "stress and load tests at a time (4)", "N");
  serve_app.add_option("--plugin", options->plugins, "load this plugin (file or folder) as well; repeat")
      ->type_name("PATH");
  serve_app.add_flag("--no-web", options->no_web, "without the live page");
  serve_app.add_flag("--no-history", options->no_history, "store no runs");
  serve_app.add_flag("--verbose", options->verbose, "a line on standard error for every request");
  serve_app.callback([&command, options] { command.perform = [options] { return serve(*options); }; });
}

}  // namespace thresher::cli
