#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "bindings/endpoint.h"
#include "bindings/lua_anchors.h"
#include "bindings/pointer_cache.h"
#include "bindings/request_head.h"
#include "bindings/request_options.h"
#include "bindings/user.h"
#include "engine/iteration_runner.h"
#include "http/client.h"
#include "metrics/recorder.h"

namespace thresher::bindings {

struct ScriptHost;

enum class StreamKind : std::uint8_t { none, events, chat };

/// The requests of one worker's users, from the script's call to the response on the coroutine's stack. What a call
/// site repeats is resolved once: where a (method, URL) goes with the constant bytes of its head, and the series of a
/// (activity, name).
class Requests {
 public:
  static Result<std::unique_ptr<Requests>> create(ScriptHost& host, const engine::WorkerContext& context);
  ~Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  /// start_request(self, method, url, options?) -> what must stay on the parked stack: options and body. Raises for
  /// misuse, before anything is armed.
  int start(lua_State* state, User& user, StreamKind stream = StreamKind::none);
  /// The answer came. False: it was a redirect and the next hop is under way. True: the response is on the user's
  /// stack.
  bool finish(User& user, const http::Response& response);
  /// Forgets the request under way, a stream included, without a record.
  void cancel(User& user);

  // Streams: start() with `stream` set, then these.
  /// Leaves the response to the head, or to a failure before it, on the user's stack.
  void open_stream(User& user, const http::Response& response);
  /// Records a stream whose answer ended by itself.
  void finish_stream(User& user, const http::Response& response);
  /// Ends and records a stream that goes on; its events and what is known of it stay.
  void close_stream(User& user);
  /// Forgets the stream; one that goes on is closed first, with a record if so wished.
  void drop_stream(User& user, bool record);
  /// Where the user's paths go; nullptr when nobody said.
  const http::Url* host_of_user(const User& user) const;

 private:
  static constexpr std::size_t kSlots = 1024;

  Requests(ScriptHost& host, const engine::WorkerContext& context, std::unique_ptr<http::Client> client);

  Endpoint* endpoint_of(lua_State* state, const User& user, const RequestOptions& options);
  Endpoint* new_endpoint(lua_State* state, const User& user, const RequestOptions& options, int query);
  metrics::RequestSeries& series_of(lua_State* state, const User& user, const RequestOptions& options,
                                    const Endpoint& endpoint);
  metrics::RequestSeries& new_series(lua_State* state, const User& user, const RequestOptions& options,
                                     const Endpoint& endpoint);
  void send(lua_State* state, int table, User& user, const RequestOptions& options, bool send_credentials);

  StreamSeries stream_series(const User& user, std::string_view name, bool chat, bool objectives);
  bool is_expected(const User& user, const http::Response& response) const;
  void record(User& user, const http::Response& response, bool expected);
  void store_cookies(User& user, std::string_view head);
  bool follow(User& user, const http::Response& response, Outcome& problem);
  void tell_walk(const User& user, const http::Response& response, bool expected);

  ScriptHost& host_;
  const profile::Plan& plan_;
  event::Loop& loop_;
  metrics::Recorder& recorder_;
  engine::RunPort& run_;
  const EndpointStyle style_;
  RequestOptionReader reader_;
  RequestOptions defaults_;
  HeadWriter heads_;
  std::string cookies_;  ///< of the request being written
  RequestBody body_;     ///< of the request being written
  std::uint64_t responses_ = 0;
  PointerCache<Endpoint*, 4, kSlots> endpoints_;
  LuaAnchors endpoint_names_;
  PointerCache<metrics::RequestSeries*, 5, kSlots> series_;
  LuaAnchors series_names_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<http::Session> shared_session_;  ///< with options.shared_connections
};

}  // namespace thresher::bindings
