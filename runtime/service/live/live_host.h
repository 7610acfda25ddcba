#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/loop.h"
#include "event/process.h"
#include "http/server.h"
#include "service/live/helper.h"
#include "service/live/page_documents.h"
#include "store/run_store.h"

namespace thresher::service {

/// Whom the host asks. All outlive it.
struct LiveParts {
  PageDocuments* documents = nullptr;  ///< must be there
  store::RunStore* store = nullptr;    ///< null: there is no history, and what needs it is answered with 503
};

struct LiveOptions {
  event::Address address = event::Address::loopback(8089);
  std::string token;              ///< empty: none; see Access
  std::string version;            ///< of thresher
  std::string history;            ///< where the history is, for people; empty: nowhere
  Program program;                ///< thresher itself, and what its runs inherit
  std::filesystem::path sockets;  ///< where runs listen (control/directory.h)
  std::filesystem::path reports;  ///< where the folders of reports are made
  http::ServerLimits limits = {.max_head = std::size_t{16} << 10,
                               .max_body = std::size_t{1} << 20,
                               .max_connections = 1'000,
                               .idle_timeout = std::chrono::seconds(75),
                               .request_timeout = std::chrono::seconds(30)};
};

/// The live page and the API behind it (contract: runtime/service/page/README.md). It runs no load and no script
/// itself: runs are processes of their own. Everything happens on one loop; the history is asked on the loop's own
/// thread, as in OracleService. The loop's thread.
class LiveHost {
 public:
  /// Listens and serves from then on. Errors: an address in use (io) or reachable by others without a token.
  static Result<std::unique_ptr<LiveHost>> start(event::Loop& loop, LiveParts parts, LiveOptions options);
  virtual ~LiveHost() = default;  ///< drops everything at once, and kills the runs it started

  virtual event::Address address() const = 0;  ///< with the port chosen for 0

  /// How the first run ended.
  struct FirstEnd {
    event::ProcessEnd process;
    bool began = false;  ///< it came so far that it could be watched
  };
  /// Starts `thresher ARGUMENTS` at this terminal as the first run, which the page opens with. `ended` once; its error:
  /// no process could be started.
  virtual void run_first(std::vector<std::string> arguments, std::function<void(Result<FirstEnd>)> ended) = 0;
  /// Sends the first run a signal. False: it does not go on.
  virtual bool signal_first(int number) = 0;

  /// Asks the runs it started to stop, waits for their reports, ends the streams and answers what is in progress.
  /// `on_done` once, when nothing is left; it may destroy the host, and may come before this returns.
  virtual void drain(std::function<void()> on_done) = 0;
  /// How many of the runs it started go on.
  virtual std::size_t runs() const = 0;
};

}  // namespace thresher::service
