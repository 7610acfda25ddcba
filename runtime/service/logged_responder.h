#pragma once

#include <functional>
#include <memory>
#include <string>

#include "event/loop.h"
#include "http/server.h"
#include "service/oracle_service.h"

namespace thresher::service {

/// Passes everything on to another responder, and tells of the request when its answer is complete or given up.
class LoggedResponder final : public http::Responder {
 public:
  using Tell = std::function<void(const AccessRecord&)>;

  /// `loop` and `tell` outlive it.
  LoggedResponder(event::Loop& loop, const http::ServerRequest& request, std::unique_ptr<http::Responder> wrapped,
                  const Tell& tell)
      : loop_(loop),
        began_(loop.now()),
        wrapped_(std::move(wrapped)),
        tell_(tell),
        method_(request.method),
        target_(request.target) {}
  ~LoggedResponder() override { told(); }

  void respond(int status, std::string_view headers, std::string_view body) override {
    status_ = status;
    body_bytes_ = body.size();
    told();  // first: answering may serve the connection's next request, which is told after this one
    wrapped_->respond(status, headers, body);
  }
  void respond_raw(std::string_view bytes, bool close_after) override { wrapped_->respond_raw(bytes, close_after); }
  void reset() override { wrapped_->reset(); }
  void begin_stream(int status, std::string_view headers) override {
    status_ = status;
    wrapped_->begin_stream(status, headers);
  }
  bool write_chunk(std::string_view bytes) override {
    body_bytes_ += bytes.size();
    return wrapped_->write_chunk(bytes);
  }
  void finish_stream() override {
    told();
    wrapped_->finish_stream();
  }
  void on_writable(std::function<void()> callback) override { wrapped_->on_writable(std::move(callback)); }
  void on_gone(std::function<void()> callback) override { wrapped_->on_gone(std::move(callback)); }

 private:
  void told() {
    if (std::exchange(told_, true)) return;
    tell_({.method = method_,
           .target = target_,
           .status = status_,
           .body_bytes = body_bytes_,
           .took = loop_.read_clock() - began_});
  }

  event::Loop& loop_;
  TimePoint began_;
  std::unique_ptr<http::Responder> wrapped_;
  const Tell& tell_;
  std::string method_, target_;
  int status_ = 0;
  std::size_t body_bytes_ = 0;
  bool told_ = false;
};

}  // namespace thresher::service
