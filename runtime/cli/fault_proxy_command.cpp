#include "cli/fault_proxy_command.h"

#include <fmt/format.h>

#include <charconv>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/descriptor_limit.h"
#include "event/uv_loop.h"
#include "proxy/endpoint.h"
#include "report/number_text.h"
#include "service/access.h"
#include "service/toxiproxy_api.h"
#include "service/toxiproxy_json.h"

namespace thresher::cli {
namespace {

/// As typed; empty: not said.
struct FaultProxyOptions {
  std::string listen = "127.0.0.1:8474", config, seed = "0";
  std::vector<std::string> proxies;
};

Result<std::uint64_t> read_seed(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc{} && end == text.data() + text.size()) return value;
  return fail(ErrorCode::invalid_argument, fmt::format("--seed '{}': expected a whole number, 0 or more", text));
}

/// The API's own address: unlike a proxy's, ":8474" means this machine alone, as it opens ports for whoever asks.
Result<event::Address> api_address(const std::string& text) {
  auto address = proxy::parse_listen(text.starts_with(':') ? "127.0.0.1" + text : text);
  if (!address) return fail(ErrorCode::invalid_argument, "--listen: " + address.error().message);
  return address;
}

/// NAME=LISTEN=UPSTREAM
Result<proxy::ProxyOptions> read_proxy(const std::string& text) {
  const std::size_t first = text.find('='), second = text.find('=', first + 1);
  if (first == std::string::npos || second == std::string::npos || first == 0)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("--proxy '{}': expected NAME=LISTEN=UPSTREAM, such as db=127.0.0.1:15432=127.0.0.1:5432", text));
  return proxy::ProxyOptions{.name = text.substr(0, first),
                             .listen = text.substr(first + 1, second - first - 1),
                             .upstream = text.substr(second + 1)};
}

Result<void> add_configured(proxy::ProxySet& proxies, const std::string& config) {
  const auto text = read_file(config);
  if (!text) return fail(Error(text.error()));
  const auto made = service::populate(proxies, *text, true);
  if (made) return {};
  const auto& refusal = made.error();
  std::string why = refusal.detail.empty() ? refusal.error : refusal.error + ": " + refusal.detail;
  if (constexpr std::string_view kOfRequests = "bad request body: "; why.starts_with(kOfRequests))
    why.erase(0, kOfRequests.size());
  return fail(ErrorCode::invalid_argument, std::move(why), config);
}

Result<void> add_proxies(proxy::ProxySet& proxies, const FaultProxyOptions& given) {
  std::vector<proxy::ProxyOptions> wanted;  // all are read before the first one listens
  for (const std::string& text : given.proxies) {
    auto options = read_proxy(text);
    if (!options) return fail(std::move(options.error()));
    wanted.push_back(std::move(*options));
  }
  if (!given.config.empty())
    if (auto added = add_configured(proxies, given.config); !added) return added;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (const auto added = proxies.add(std::move(wanted[i])); !added)
      return fail(added.error().code, fmt::format("--proxy '{}': {}", given.proxies[i], added.error().message));
  return {};
}

void print_start(const proxy::ProxySet& proxies, const event::Address& api) {
  for (const auto& [name, proxy] : proxies.all())
    fmt::print("{:<16} {} -> {}, {} toxic{}\n", name, proxy->listen(), proxy->upstream(), proxy->toxics().size(),
               proxy->toxics().size() == 1 ? "" : "s");
  fmt::print("Toxiproxy's API listens at http://{}; Ctrl-C ends it\n", api.text());
  std::fflush(stdout);
}

void print_end(const proxy::ProxySet& proxies, std::uint64_t requests) {
  fmt::print("\n{} request{} to the API\n", report::count_text(requests), requests == 1 ? "" : "s");
  for (const auto& [name, proxy] : proxies.all())
    fmt::print("{:<16} {} connection{}, {} up, {} down\n", name, report::count_text(proxy->accepted()),
               proxy->accepted() == 1 ? "" : "s",
               report::bytes_text(static_cast<double>(proxy->traffic(proxy::Direction::upstream).sent)),
               report::bytes_text(static_cast<double>(proxy->traffic(proxy::Direction::downstream).sent)));
}

int serve_faults(const FaultProxyOptions& given) {
  const auto seed = read_seed(given.seed);
  if (!seed) return refuse(seed.error());
  const auto address = api_address(given.listen);
  if (!address) return refuse(address.error());

  raise_descriptor_limit();
  const std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  proxy::ProxySet proxies(*loop, *seed);
  if (const auto added = add_proxies(proxies, given); !added) return refuse(added.error());
  const auto api = service::ToxiproxyApi::start(*loop, *address, proxies);
  if (!api)
    return refuse({api.error().code,
                   fmt::format("{}; `ss -ltnp 'sport = :{}'` shows what has the port: stop it (another Toxiproxy?), or "
                               "choose another with --listen",
                               api.error().message, address->port),
                   {}});
  if (!service::is_loopback((*api)->address()))
    log::warn("whoever reaches {} can open ports on this machine and have them lead anywhere",
              (*api)->address().text());
  print_start(proxies, (*api)->address());

  const auto stop = [&loop](int) { loop->stop(); };
  const auto on_interrupt = event::watch_signal(*loop, SIGINT, stop);
  const auto on_terminate = event::watch_signal(*loop, SIGTERM, stop);
  loop->run();
  print_end(proxies, (*api)->requests());
  return kExitFine;
}

}  // namespace

void add_fault_proxy_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<FaultProxyOptions>();
  CLI::App& fault_proxy = *app.add_subcommand(
      "fault-proxy",
      "Proxies that carry connections badly: latency, bandwidth, resets, timeouts, corrupt bytes and more, between "
      "any\n"
      "client and any server. They are steered through Toxiproxy's HTTP API, so toxiproxy-cli and its client "
      "libraries\n"
      "work as they are.\n\n"
      "Examples:\n"
      "  thresher fault-proxy --proxy api=127.0.0.1:18007=127.0.0.1:8007\n"
      "  thresher fault-proxy --config toxiproxy.json --seed 7\n"
      "  curl -X POST http://127.0.0.1:8474/proxies/api/toxics -d "
      "'{\"type\":\"latency\",\"attributes\":{\"latency\":200,\"jitter\":50}}'\n"
      "  curl -X POST http://127.0.0.1:8474/proxies/api -d '{\"enabled\":false}'\n"
      "  curl -X POST http://127.0.0.1:8474/proxies/api/toxics -d '{\"type\":\"reset_peer\",\"toxicity\":0.1,"
      "\"per\":\"request\",\n"
      "       \"schedule\":{\"from\":30,\"to\":40,\"every\":60}}'\n"
      "  toxiproxy-cli toxic add -t bandwidth -a rate=100 api\n\n"
      "--config takes Toxiproxy's file, a list of {\"name\", \"listen\", \"upstream\", \"enabled\"}; here each may "
      "have "
      "\"toxics\".\n");
  fault_proxy.add_option("--listen", options->listen, "the API's address (127.0.0.1:8474; port 0: any that is free)")
      ->type_name("[HOST]:PORT");
  fault_proxy.add_option("--proxy", options->proxies, "a proxy to begin with; repeat")
      ->type_name("NAME=LISTEN=UPSTREAM");
  fault_proxy.add_option("--config", options->config, "proxies to begin with, as Toxiproxy's JSON")->type_name("FILE");
  fault_proxy.add_option("--seed", options->seed, "of everything the toxics draw (0)")->type_name("N");
  fault_proxy.callback([&command, options] { command.perform = [options] { return serve_faults(*options); }; });
}

}  // namespace thresher::cli
