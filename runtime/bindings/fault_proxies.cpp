#include "bindings/fault_proxies.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "bindings/scenario_runner.h"
#include "event/uv_loop.h"

namespace thresher::bindings {
namespace {

constexpr std::size_t kFirstRehearsedPort = 41'001;

bool same(const proxy::Toxic& a, const proxy::Toxic& b) {
  const auto attributes = proxy::attributes_of(a.type);
  return a.name == b.name && a.type == b.type && a.stream == b.stream && a.toxicity == b.toxicity && a.per == b.per &&
         a.schedule == b.schedule && std::all_of(attributes.begin(), attributes.end(), [&](const auto& attribute) {
           return a.value(attribute.name) == b.value(attribute.name);
         });
}

bool same(const FaultProxyDeclaration& a, const FaultProxyDeclaration& b) {
  return a.name == b.name && a.upstream == b.upstream && a.listen == b.listen && a.seed == b.seed &&
         std::equal(a.toxics.begin(), a.toxics.end(), b.toxics.begin(), b.toxics.end(),
                    [](const auto& one, const auto& other) { return same(one, other); });
}

Result<void> check_toxics(FaultProxyDeclaration& declaration) {
  std::vector<std::string> names;
  for (proxy::Toxic& toxic : declaration.toxics) {
    if (toxic.name.empty()) toxic.name = proxy::default_name(toxic);
    if (auto checked = proxy::check(toxic); !checked) return checked;
    if (std::find(names.begin(), names.end(), toxic.name) != names.end())
      return fail(ErrorCode::invalid_argument,
                  fmt::format("two toxics are called '{}': give one of them another name", toxic.name));
    names.push_back(toxic.name);
  }
  return {};
}

void warn_unless(const Result<void>& done) {
  if (!done) log::warn("fault_proxy: {}", done.error().message);
}

}  // namespace

/// Ports that were chosen while files load, held by sockets that nobody accepts from.
struct FaultProxies::Reservation {
  std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  std::vector<std::unique_ptr<event::Acceptor>> sockets;
};

FaultProxies::FaultProxies() = default;
FaultProxies::~FaultProxies() = default;

Result<std::string> FaultProxies::settle_address(const FaultProxyDeclaration& declaration, std::size_t index,
                                                 bool rehearsal) {
  auto address = proxy::parse_listen(declaration.listen);
  if (!address) return fail(std::move(address.error()));
  if (address->port != 0) return address->text();
  if (rehearsal) {
    address->port = static_cast<std::uint16_t>(kFirstRehearsedPort + index);
    return address->text();
  }
  if (reservation_ == nullptr) reservation_ = std::make_unique<Reservation>();
  auto socket = reservation_->loop->listen(*address, [](std::unique_ptr<event::ByteStream>) {});
  if (!socket) return fail(std::move(socket.error()));
  std::string listen = (*socket)->local().text();
  reservation_->sockets.push_back(std::move(*socket));
  return listen;
}

Result<std::string> FaultProxies::declare(std::size_t index, FaultProxyDeclaration declaration, bool rehearsal) {
  const std::lock_guard lock(mutex_);
  if (auto checked = check_toxics(declaration); !checked) return fail(std::move(checked.error()));
  if (index < declared_.size()) {
    if (same(declared_[index].asked, declaration)) return declared_[index].listen;
    return fail(ErrorCode::invalid_argument,
                "every worker loads the file, and this proxy is not the same each time: leave clocks and random "
                "numbers out of it");
  }
  if (auto upstream = proxy::parse_endpoint(declaration.upstream); !upstream) return fail(std::move(upstream.error()));
  auto listen = settle_address(declaration, index, rehearsal);
  if (!listen) return listen;
  declared_.push_back({std::move(declaration), *listen, {}});
  return listen;
}

Result<void> FaultProxies::host(event::Loop& loop) {
  const std::lock_guard lock(mutex_);
  if (declared_.empty()) return {};
  if (home_ != nullptr) return fail(ErrorCode::internal, "the fault proxies of these files are in use by another run");
  reservation_.reset();
  for (Declared& declared : declared_) {
    auto proxy = proxy::Proxy::create(loop, {.name = declared.asked.name,
                                             .listen = declared.listen,
                                             .upstream = declared.asked.upstream,
                                             .seed = declared.asked.seed});
    if (!proxy) {
      proxies_.clear();
      return fail(proxy.error().code, "fault_proxy: " + proxy.error().message);
    }
    declared.toxics.clear();
    for (const proxy::Toxic& toxic : declared.asked.toxics) {
      declared.toxics.push_back(toxic.name);
      if (const auto added = (*proxy)->add(toxic); !added) return fail(Error(added.error()));
    }
    proxies_.push_back(std::move(*proxy));
  }
  home_ = &loop;
  clocks_run_ = false;
  return {};
}

void FaultProxies::restart_clocks() {
  if (std::exchange(clocks_run_, true)) return;
  for (const auto& proxy : proxies_) proxy->restart_clock();
}

void FaultProxies::leave(event::Loop& loop) {
  const std::lock_guard lock(mutex_);
  if (home_ != &loop) return;
  home_ = nullptr;
  proxies_.clear();
}

Result<FaultProxies::Declared*> FaultProxies::hosted(std::size_t index) {
  if (home_ == nullptr || index >= declared_.size()) return fail(ErrorCode::cancelled, "the run's proxies are not up");
  return &declared_[index];
}

template <class Work>
void FaultProxies::perform(std::size_t index, const event::Loop& caller, Work work) {
  if (home_ == &caller) return work(*proxies_[index]);
  home_->post([self = shared_from_this(), index, work = std::move(work)] {
    if (index < self->proxies_.size()) work(*self->proxies_[index]);
  });
}

Result<std::string> FaultProxies::add(std::size_t index, proxy::Toxic toxic, const event::Loop& caller) {
  const std::lock_guard lock(mutex_);
  const auto declared = hosted(index);
  if (!declared) return fail(Error(declared.error()));
  if (toxic.name.empty()) toxic.name = proxy::default_name(toxic);
  if (auto checked = proxy::check(toxic); !checked) return fail(std::move(checked.error()));
  auto& names = (*declared)->toxics;
  if (std::find(names.begin(), names.end(), toxic.name) != names.end())
    return fail(ErrorCode::invalid_argument,
                fmt::format("there is a toxic '{}' already: give this one another name, or remove that", toxic.name));
  names.push_back(toxic.name);
  std::string name = toxic.name;
  perform(index, caller, [toxic = std::move(toxic)](proxy::Proxy& proxy) {
    warn_unless(proxy.add(toxic).map([](const proxy::Toxic*) {}));
  });
  return name;
}

Result<void> FaultProxies::remove(std::size_t index, const std::string& name, const event::Loop& caller) {
  const std::lock_guard lock(mutex_);
  const auto declared = hosted(index);
  if (!declared) return fail(Error(declared.error()));
  if (std::erase((*declared)->toxics, name) == 0)
    return fail(ErrorCode::not_found, fmt::format("there is no toxic '{}'", name));
  perform(index, caller, [name](proxy::Proxy& proxy) { warn_unless(proxy.remove(name)); });
  return {};
}

Result<void> FaultProxies::set_enabled(std::size_t index, bool enabled, const event::Loop& caller) {
  const std::lock_guard lock(mutex_);
  const auto declared = hosted(index);
  if (!declared) return fail(Error(declared.error()));
  perform(index, caller, [enabled](proxy::Proxy& proxy) { warn_unless(proxy.set_enabled(enabled)); });
  return {};
}

std::shared_ptr<FaultProxies> make_fault_proxies() { return std::make_shared<FaultProxies>(); }

}  // namespace thresher::bindings
