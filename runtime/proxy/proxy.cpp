#include "proxy/proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace thresher::proxy {

Result<std::unique_ptr<Proxy>> Proxy::create(event::Loop& loop, ProxyOptions options) {
  if (options.name.empty()) return fail(ErrorCode::invalid_argument, "a proxy needs a name");
  auto upstream = parse_endpoint(options.upstream);
  if (!upstream) return fail(std::move(upstream.error()));
  const auto listen = parse_listen(options.listen);
  if (!listen) return fail(Error(listen.error()));
  std::unique_ptr<Proxy> proxy(new Proxy(loop, std::move(options)));
  proxy->upstream_ = std::move(*upstream);
  proxy->listen_ = *listen;
  if (proxy->options_.listen.empty()) proxy->options_.listen = listen->text();
  if (auto followed = proxy->follow(); !followed) return fail(std::move(followed.error()));
  return proxy;
}

Proxy::Proxy(event::Loop& loop, ProxyOptions options)
    : loop_(loop),
      options_(std::move(options)),
      clock_start_(loop.now()),
      burial_(loop.timers(), [this](TimePoint) { dead_.clear(); }) {}

Proxy::~Proxy() = default;

bool Proxy::should_listen() const {
  return options_.enabled && std::none_of(entries_.begin(), entries_.end(), [](const auto& entry) {
           return entry->toxic.type == ToxicType::down && entry->open;
         });
}

Result<void> Proxy::follow() {
  if (!should_listen()) {
    stop_listening();
    return {};
  }
  if (acceptor_ != nullptr) return {};
  auto acceptor =
      loop_.listen(listen_, [this](std::unique_ptr<event::ByteStream> client) { accept(std::move(client)); });
  if (!acceptor) return fail(Error(acceptor.error()));
  acceptor_ = std::move(*acceptor);
  listen_ = acceptor_->local();
  options_.listen = listen_.text();
  return {};
}

void Proxy::stop_listening() {
  acceptor_.reset();
  for (const auto& connection : connections_) connection->close();
  dead_.splice(dead_.end(), connections_);
  burial_.start_at(loop_.now());
}

Result<void> Proxy::change(const std::string& listen, const std::string& upstream, bool enabled) {
  auto to = parse_endpoint(upstream);
  if (!to) return fail(std::move(to.error()));
  const auto at = listen == options_.listen ? Result<event::Address>(listen_) : parse_listen(listen);
  if (!at) return fail(Error(at.error()));
  if (*at != listen_ || upstream != options_.upstream) {
    stop_listening();
    listen_ = *at;
    options_.listen = listen;
    upstream_ = std::move(*to);
    options_.upstream = upstream;
  }
  options_.enabled = enabled;
  auto followed = follow();
  if (!followed) options_.enabled = false;
  return followed;
}

void Proxy::accept(std::unique_ptr<event::ByteStream> client) {
  connections_.push_back(std::make_unique<Connection>(
      Connection::Place{.loop = loop_, .upstream = upstream_, .up = up_, .down = down_, .number = ++accepted_},
      std::move(client), [this](Connection& connection) { bury(connection); }));
  Connection& connection = *connections_.back();
  for (const auto& entry : entries_) attach(connection, *entry);
  connection.begin();
}

void Proxy::attach(Connection& connection, const Entry& entry) {
  if (entry.toxic.type == ToxicType::down) return;
  connection.pipe(entry.toxic.stream)
      .add(entry.toxic.name, make_stage(entry.toxic, {entry.seed, connection.number()}, loop_.timers()), entry.open,
           loop_.now());
}

void Proxy::bury(Connection& connection) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [&](const auto& owned) { return owned.get() == &connection; });
  if (found == connections_.end()) return;
  dead_.splice(dead_.end(), connections_, found);
  burial_.start_at(loop_.now());
}

template <class Work>
void Proxy::for_each_connection(Work&& work) {
  std::vector<Connection*> all;  // who is over meanwhile is not destroyed before the burial
  for (const auto& connection : connections_) all.push_back(connection.get());
  for (Connection* connection : all) work(*connection);
}

Proxy::Entry::Entry(Proxy& proxy, Toxic asked, std::uint64_t stage_seed)
    : toxic(std::move(asked)),
      seed(stage_seed),
      windows(toxic.schedule, mix_seed(seed, "windows")),
      edge(proxy.loop_.timers(), [&proxy, this](TimePoint) { proxy.look_at_clock(*this); }) {}

void Proxy::look_at_clock(Entry& entry) {
  const auto moment = entry.windows.at(loop_.now() - clock_start_);
  entry.edge.start_at(moment.next == Nanoseconds::max() ? TimePoint::max() : clock_start_ + moment.next);
  if (std::exchange(entry.open, moment.open) == moment.open) return;
  if (entry.toxic.type == ToxicType::down) return follow_or_warn();
  for_each_connection([&](Connection& connection) {
    connection.pipe(entry.toxic.stream).set_window(entry.toxic.name, entry.open, loop_.now());
  });
}

void Proxy::follow_or_warn() {
  if (const auto followed = follow(); !followed)
    log::warn("the proxy '{}' cannot come back: {}", name(), followed.error().message);
}

void Proxy::restart_clock() {
  clock_start_ = loop_.now();
  for (const auto& entry : entries_) look_at_clock(*entry);
}

Proxy::Entry* Proxy::entry_of(std::string_view name) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry->toxic.name == name; });
  return found == entries_.end() ? nullptr : found->get();
}

Result<const Toxic*> Proxy::add(Toxic toxic) {
  if (toxic.name.empty()) toxic.name = default_name(toxic);
  if (auto checked = check(toxic); !checked) return fail(std::move(checked.error()));
  if (entry_of(toxic.name) != nullptr)
    return fail(ErrorCode::invalid_argument,
                fmt::format("the proxy '{}' has a toxic '{}' already: give this one another name", name(), toxic.name));
  const std::uint64_t seed = mix_seed(mix_seed(options_.seed, name() + "/"), toxic.name);
  Entry& entry = *entries_.emplace_back(std::make_unique<Entry>(*this, std::move(toxic), seed));
  for_each_connection([&](Connection& connection) { attach(connection, entry); });
  look_at_clock(entry);
  return &entry.toxic;
}

Result<const Toxic*> Proxy::update(const Toxic& toxic) {
  Entry* const entry = entry_of(toxic.name);
  if (entry == nullptr)
    return fail(ErrorCode::not_found, fmt::format("the proxy '{}' has no toxic '{}'", name(), toxic.name));
  Toxic changed = toxic;
  changed.per = entry->toxic.per;
  if (auto checked = check(changed); !checked) return fail(std::move(checked.error()));
  entry->toxic = std::move(changed);
  entry->windows = Windows(entry->toxic.schedule, mix_seed(entry->seed, "windows"));
  for_each_connection(
      [&](Connection& connection) { connection.pipe(entry->toxic.stream).change(entry->toxic, loop_.now()); });
  look_at_clock(*entry);
  return &entry->toxic;
}

Result<void> Proxy::remove(std::string_view name) {
  Entry* const entry = entry_of(name);
  if (entry == nullptr)
    return fail(ErrorCode::not_found, fmt::format("the proxy '{}' has no toxic '{}'", options_.name, name));
  for_each_connection(
      [&](Connection& connection) { connection.pipe(entry->toxic.stream).remove(entry->toxic.name, loop_.now()); });
  const bool was_down = entry->toxic.type == ToxicType::down && entry->open;
  std::erase_if(entries_, [&](const auto& owned) { return owned.get() == entry; });
  if (was_down) return follow();
  return {};
}

void Proxy::remove_all() {
  while (!entries_.empty()) {
    if (const auto removed = remove(std::string(entries_.front()->toxic.name)); !removed)
      log::warn("the proxy '{}' cannot come back: {}", name(), removed.error().message);
  }
}

const Toxic* Proxy::find(std::string_view name) const {
  const Entry* const entry = entry_of(name);
  return entry == nullptr ? nullptr : &entry->toxic;
}

std::vector<const Toxic*> Proxy::toxics() const {
  std::vector<const Toxic*> all;
  for (const Direction stream : {Direction::upstream, Direction::downstream})
    for (const auto& entry : entries_)
      if (entry->toxic.stream == stream) all.push_back(&entry->toxic);
  return all;
}

}  // namespace thresher::proxy
