#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/loop.h"
#include "event/timer.h"
#include "proxy/connection.h"
#include "proxy/toxic.h"

namespace thresher::proxy {

/// A proxy as somebody asks for it.
struct ProxyOptions {
  std::string name;
  std::string listen;    ///< see parse_listen()
  std::string upstream;  ///< HOST:PORT
  bool enabled = true;
  std::uint64_t seed = 0;
};

/// Listens at one address and passes every connection on to one upstream, through the toxics it was given: a TCP proxy
/// that knows nothing of what it carries. Everything it does happens on the loop it was given, real or virtual.
/// Destroying it drops its connections. The loop's thread; not from inside one of its own connections' callbacks.
class Proxy {
 public:
  /// Errors: a name that is empty, addresses that are none (invalid_argument); an address that cannot be listened on
  /// (io). A proxy that is not enabled does not listen yet.
  static Result<std::unique_ptr<Proxy>> create(event::Loop& loop, ProxyOptions options);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  const std::string& name() const { return options_.name; }
  const std::string& listen() const { return options_.listen; }  ///< with the port that was chosen for 0
  const std::string& upstream() const { return options_.upstream; }
  bool enabled() const { return options_.enabled; }

  /// Another upstream or address drops the connections and begins anew. Errors as of create(): of addresses, nothing
  /// happened; of listening, the proxy is disabled.
  Result<void> change(const std::string& listen, const std::string& upstream, bool enabled);
  /// Disabled: refuses connections and drops those it has. Its toxics stay.
  Result<void> set_enabled(bool enabled) { return change(options_.listen, options_.upstream, enabled); }

  /// Behind the other toxics of its stream, on every connection there is and will be. Errors: check(); a name that is
  /// taken. The reference is good until it is removed.
  Result<const Toxic*> add(Toxic toxic);
  /// As `toxic` says, which has the name, type and stream of one that is there; its `per` stays.
  Result<const Toxic*> update(const Toxic& toxic);
  /// What it held goes on at once. Error: not_found.
  Result<void> remove(std::string_view name);
  void remove_all();
  const Toxic* find(std::string_view name) const;
  std::vector<const Toxic*> toxics() const;  ///< upstream ones first, each stream's in the order added

  /// Schedules count from now on.
  void restart_clock();

  std::uint64_t accepted() const { return accepted_; }  ///< connections so far
  std::size_t open_connections() const { return connections_.size(); }
  const Traffic& traffic(Direction direction) const { return direction == Direction::upstream ? up_ : down_; }

 private:
  /// A toxic with its windows.
  struct Entry {
    Entry(Proxy& proxy, Toxic asked, std::uint64_t seed);
    Toxic toxic;
    std::uint64_t seed;  ///< of its stages and windows
    Windows windows;
    bool open = false;  ///< a window
    event::Timer edge;  ///< to the next time that changes
  };

  Proxy(event::Loop& loop, ProxyOptions options);
  bool should_listen() const;
  /// Listens or stops listening, as it should.
  Result<void> follow();
  void follow_or_warn();
  void stop_listening();
  void accept(std::unique_ptr<event::ByteStream> client);
  void attach(Connection& connection, const Entry& entry);
  void look_at_clock(Entry& entry);
  Entry* entry_of(std::string_view name) const;
  void bury(Connection& connection);
  /// `work` may end connections.
  template <class Work>
  void for_each_connection(Work&& work);

  event::Loop& loop_;
  ProxyOptions options_;
  Endpoint upstream_;
  event::Address listen_;
  TimePoint clock_start_;
  std::unique_ptr<event::Acceptor> acceptor_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::uint64_t accepted_ = 0;
  Traffic up_, down_;
  std::list<std::unique_ptr<Connection>> connections_;
  std::list<std::unique_ptr<Connection>> dead_;  ///< over, but perhaps still on the stack
  event::Timer burial_;
};

}  // namespace thresher::proxy
