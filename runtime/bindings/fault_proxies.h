#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/loop.h"
#include "proxy/proxy.h"

namespace thresher::bindings {

/// A proxy as a file declares it.
struct FaultProxyDeclaration {
  std::string name;
  std::string upstream;  ///< HOST:PORT
  std::string listen;    ///< "": a free port of 127.0.0.1
  std::uint64_t seed = 0;
  std::vector<proxy::Toxic> toxics;
};

/// The fault proxies that a set of scenario files declares with thresher.fault_proxy. Every worker loads the same
/// files, and the catalogue before them; the proxies are there once. The first load declares them and settles their
/// ports; the loads after it find them by their order. They live on the loop of the run's first worker, from before
/// setup until after teardown.
///
/// | where                     | does                                                                          |
/// |---------------------------|-------------------------------------------------------------------------------|
/// | any VM that loads         | declare(): the same in the same order                                         |
/// | worker 0, before setup    | host(): the proxies listen                                                    |
/// | worker 0, load begins     | restart_clocks(): schedules count from here                                   |
/// | any worker                | add(), remove(), set_enabled(): at once on worker 0, a tick later elsewhere   |
/// | worker 0, at the end      | leave(): the proxies are gone; another run of the same files may host them    |
///
/// Any thread; held by a shared_ptr, as work on its way to worker 0 may outlast the caller.
class FaultProxies : public std::enable_shared_from_this<FaultProxies> {
 public:
  FaultProxies();
  ~FaultProxies();

  /// The address proxy number `index` listens on. `rehearsal`: a port by number instead of one that is free, so that
  /// each rehearsal is like the last. Errors: one that an earlier load declared otherwise; addresses and toxics that
  /// are wrong; no free port.
  Result<std::string> declare(std::size_t index, FaultProxyDeclaration declaration, bool rehearsal);

  Result<void> host(event::Loop& loop);
  void restart_clocks();          ///< the first time since host()
  void leave(event::Loop& loop);  ///< nothing happens unless that loop hosts them

  /// The error is the caller's: names that are taken or unknown, toxics that are wrong, a run that has none of its
  /// proxies up. `caller`: the loop of the worker that asks. add() returns the toxic's name.
  Result<std::string> add(std::size_t index, proxy::Toxic toxic, const event::Loop& caller);
  Result<void> remove(std::size_t index, const std::string& name, const event::Loop& caller);
  Result<void> set_enabled(std::size_t index, bool enabled, const event::Loop& caller);

 private:
  struct Declared {
    FaultProxyDeclaration asked;
    std::string listen;
    std::vector<std::string> toxics;  ///< names, as they are once all that was asked has happened
  };
  struct Reservation;

  Result<std::string> settle_address(const FaultProxyDeclaration& declaration, std::size_t index, bool rehearsal);
  template <class Work>
  void perform(std::size_t index, const event::Loop& caller, Work work);
  Result<Declared*> hosted(std::size_t index);

  std::mutex mutex_;  ///< over all but what is home's thread's
  std::vector<Declared> declared_;
  std::unique_ptr<Reservation> reservation_;  ///< keeps the ports until they are listened on in earnest
  event::Loop* home_ = nullptr;
  bool clocks_run_ = false;  ///< home's thread only, as the proxies
  std::vector<std::unique_ptr<proxy::Proxy>> proxies_;
};

}  // namespace thresher::bindings
