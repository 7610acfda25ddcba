#include "control/server.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "control/caller.h"
#include "control/story.h"
#include "event/local_socket.h"
#include "event/timer.h"
#include "event/uv_loop.h"

namespace thresher::control {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);  // with those who do not read, at the end

/// The way back for answers, which come on any thread, and perhaps when the server has gone. Shared with the orders
/// that are being carried out.
class Door {
 public:
  explicit Door(event::Loop& loop) : loop_(&loop) {}
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (loop_ != nullptr) loop_->post(std::move(work));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  event::Loop* loop_;
};

class RunServer final : public Server, private Callee {
 public:
  explicit RunServer(Obey obey)
      : obey_(std::move(obey)), loop_(event::make_uv_loop()), door_(std::make_shared<Door>(*loop_)) {}

  Result<void> listen(const std::filesystem::path& path) {
    auto listening = loop_->listen_local(path, [this](std::unique_ptr<event::ByteStream> stream) {
      const std::uint64_t number = next_++;
      callers_.emplace(number, std::make_unique<Caller>(number, std::move(stream), static_cast<Callee&>(*this)));
    });
    if (!listening) return fail(std::move(listening.error()));
    acceptor_ = std::move(*listening);
    thread_ = std::thread([this] { serve(); });
    return {};
  }

  ~RunServer() override {
    if (!thread_.joinable()) return;
    loop_->post([this] { leave(); });
    thread_.join();
    door_->close();
  }

  void begin(std::string description) override {
    loop_->post([this, description = std::move(description)]() mutable { story_.begin(std::move(description)); });
  }

  void second(std::string digest, std::string point) override {
    loop_->post([this, digest = std::move(digest), point = std::move(point)]() mutable {
      if (!digest.empty()) tell_all(event_line("second", digest));
      story_.second(std::move(digest), std::move(point));
    });
  }

  void log(std::string line) override {
    loop_->post([this, line = std::move(line)]() mutable {
      tell_all(event_line("log", line));
      story_.log(std::move(line));
    });
  }

  void end(std::string outcome) override {
    loop_->post([this, outcome = std::move(outcome)] {
      end_ = event_line("end", outcome);
      for_each_caller([this](Caller& caller) {
        if (caller.watching()) say_end(caller);
      });
    });
  }

  bool watched() const override { return watching_.load(std::memory_order_relaxed) > 0; }

 private:
  void serve() {
    loop_->run();
    limit_.reset();
    callers_.clear();
    acceptor_.reset();
  }

  void leave() {
    acceptor_.reset();
    leaving_ = true;
    limit_.emplace(loop_->timers(), [this](TimePoint) { loop_->stop(); });
    limit_->start_at(loop_->now() + kPatience);
    for_each_caller([](Caller& caller) { caller.leave(); });
    stop_if_done();
  }

  /// What was sent stays readable when its socket is closed.
  void stop_if_done() {
    for (const auto& [number, caller] : callers_)
      if (!caller->idle()) return;
    loop_->stop();
  }

  /// `act` may destroy the caller.
  template <class Act>
  void for_each_caller(const Act& act) {
    for (auto at = callers_.begin(); at != callers_.end();) act(*(at++)->second);
  }

  void tell_all(const std::string& line) {
    for_each_caller([&line](Caller& caller) { caller.tell(line); });
  }

  void say_end(Caller& caller) const {
    caller.send(end_);
    caller.leave();
  }

  void obey(Caller& caller, std::uint64_t place, Order order) override {
    obey_(std::move(order), [this, door = door_, number = caller.number(), place](Result<std::string> result) {
      door->post([this, number, place, result = std::move(result)] {
        const auto at = callers_.find(number);
        if (at != callers_.end()) at->second->answer(place, result);
      });
    });
  }

  void watches(Caller& caller) override {
    watching_.fetch_add(1, std::memory_order_relaxed);
    caller.send(event_line("begin", story_.text()));
    if (!end_.empty()) say_end(caller);
  }

  void gone(Caller& caller) override {
    if (caller.watching()) watching_.fetch_sub(1, std::memory_order_relaxed);
    callers_.erase(caller.number());
    if (leaving_) stop_if_done();
  }

  const Obey obey_;
  const std::unique_ptr<event::Loop> loop_;
  const std::shared_ptr<Door> door_;
  std::thread thread_;
  std::atomic<std::size_t> watching_{0};

  // The server's thread, once it runs.
  std::unique_ptr<event::Acceptor> acceptor_;
  std::map<std::uint64_t, std::unique_ptr<Caller>> callers_;
  std::uint64_t next_ = 0;
  Story story_;
  std::string end_;  ///< the line; empty before the end
  bool leaving_ = false;
  std::optional<event::Timer> limit_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const std::filesystem::path& path, Obey obey) {
  if (event::is_served(path))
    return fail(ErrorCode::io, fmt::format("cannot listen on {}: a living process does", path.string()));
  std::error_code ignored;  // then listening says why not
  std::filesystem::remove(path, ignored);
  auto server = std::make_unique<RunServer>(std::move(obey));
  if (auto listening = server->listen(path); !listening) return fail(std::move(listening.error()));
  return server;
}

}  // namespace thresher::control
