#include "cli/web_host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "control/directory.h"
#include "store/location.h"

namespace thresher::cli {
namespace {

/// What the runs of the page inherit. They start no page of their own, whatever thresher.toml says, and their scripts,
/// which can read the environment, do not see the page's token.
std::vector<std::string> environment_for(const WebHostOptions& options) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool ours = text.starts_with("THRESHER_TOKEN=") || text.starts_with("THRESHER_HEADLESS=") ||
                      (!options.database.empty() && text.starts_with("DATABASE_URL="));
    if (!ours) environment.emplace_back(text);
  }
  environment.emplace_back("THRESHER_HEADLESS=true");
  if (!options.database.empty()) environment.push_back("DATABASE_URL=" + options.database);
  if (options.store == nullptr) environment.emplace_back("THRESHER_NO_HISTORY=true");
  return environment;
}

}  // namespace

Result<WebHost> start_web_host(event::Loop& loop, const Locations& locations, const plugin::Registry& plugins,
                               const WebHostOptions& options) {
  auto sockets = control::socket_folder();
  if (!sockets) return fail(std::move(sockets.error()));
  auto kit = store::locate_recovery();
  if (!kit) return fail(std::move(kit.error()));
  const char* token = std::getenv("THRESHER_TOKEN");

  WebHost web;
  web.documents = std::make_unique<WebDocuments>(locations, plugins);
  service::LiveOptions wanted;
  wanted.address = options.address;
  wanted.token = token == nullptr ? "" : token;
  wanted.version = THRESHER_VERSION;
  wanted.history = options.history;
  wanted.program = {.path = this_executable().string(), .environment = environment_for(options)};
  wanted.sockets = std::move(*sockets);
  wanted.reports = kit->parent_path() / "reports";
  auto host =
      service::LiveHost::start(loop, {.documents = web.documents.get(), .store = options.store}, std::move(wanted));
  if (!host) {
    Error error = std::move(host.error());
    if (error.code == ErrorCode::io)
      error.message = fmt::format(
          "cannot serve the page at {}: {}; `ss -ltnp 'sport = :{}'` shows what has the port, "
          "and --web-port chooses another",
          options.address.text(), error.message, options.address.port);
    return fail(std::move(error));
  }
  web.host = std::move(*host);
  return web;
}

Result<event::Address> parse_web_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto wrong = [&] {
    return fail(ErrorCode::invalid_argument,
                fmt::format("--address '{}': expected HOST:PORT, such as 127.0.0.1:8089 or [::1]:8089", text));
  };
  if (colon == std::string::npos) return wrong();
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [read_to, problem] = std::from_chars(text.data() + colon + 1, end, port);
  if (problem != std::errc{} || read_to != end) return wrong();
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  const auto address = event::Address::parse(host, port);
  if (!address) return wrong();
  return *address;
}

}  // namespace thresher::cli
