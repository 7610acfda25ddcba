#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "control/protocol.h"
#include "event/loop.h"

namespace thresher::control {

/// What a watched run tells. The loop's thread. A call may destroy the client.
class ClientEvents {
 public:
  /// `event`: begin, second, log or end; `data`: one JSON document without line breaks. Views live until this returns.
  virtual void on_event(std::string_view event, std::string_view data) = 0;
  /// The connection ended: after `end` as it should, else because the process died or never was there. Once, last.
  virtual void on_closed() = 0;

 protected:
  ~ClientEvents() = default;
};

/// A connection to a run's socket. One loop, one thread; destroying it closes it, and calls nothing.
class Client {
 public:
  /// Starts connecting; what is asked before that is done waits. `events` outlives the client.
  static std::unique_ptr<Client> connect(event::Loop& loop, const std::filesystem::path& path, ClientEvents& events);
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// `done` gets the result's JSON text ("" for none) or what the run refused with (invalid_argument); not_found when
  /// nobody listens there, cancelled when the connection ends first. Never called from inside this. For a watch, events
  /// follow.
  virtual void ask(const Order& order, std::function<void(Result<std::string>)> done) = 0;
};

/// Asks one thing of the run that listens at `path` and waits for the answer, at most `limit` (timeout). For commands:
/// blocks its thread.
Result<std::string> ask_once(const std::filesystem::path& path, const Order& order,
                             Nanoseconds limit = std::chrono::seconds(10));

}  // namespace thresher::control
