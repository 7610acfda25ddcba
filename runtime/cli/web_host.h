#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/locations.h"
#include "cli/web_documents.h"
#include "event/loop.h"
#include "plugin/registry.h"
#include "service/live/live_host.h"
#include "store/run_store.h"

namespace thresher::cli {

/// How a command wants its page.
struct WebHostOptions {
  event::Address address = event::Address::loopback(8089);
  store::RunStore* store = nullptr;  ///< null: the page shows no history, and its runs keep none
  std::string history;               ///< where that is, for people
  std::string database;              ///< that its runs shall use; empty: what they find themselves
};

/// The live page with all it needs of this process: its program, its environment, its folders.
struct WebHost {
  std::unique_ptr<WebDocuments> documents;
  std::unique_ptr<service::LiveHost> host;  ///< asks `documents`
};

/// `loop`, `plugins` and `options.store` outlive it. Errors: an address in use (io, with the way out), one that others
/// reach without THRESHER_TOKEN; a folder of sockets that is not ours.
Result<WebHost> start_web_host(event::Loop& loop, const Locations& locations, const plugin::Registry& plugins,
                               const WebHostOptions& options);

/// "HOST:PORT", "[::1]:8089" or ":8089"; a host of "localhost" is 127.0.0.1. The error quotes it.
Result<event::Address> parse_web_address(const std::string& text);

}  // namespace thresher::cli
