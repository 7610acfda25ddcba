#include "control/client.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "control/line_reader.h"
#include "event/timer.h"
#include "event/uv_loop.h"

namespace thresher::control {
namespace {

constexpr std::size_t kLongestLine = 256 << 20;  // bytes: far more than a digest of every series there may be

using Done = std::function<void(Result<std::string>)>;

class RunClient final : public Client, private event::StreamEvents {
 public:
  RunClient(event::Loop& loop, std::filesystem::path path, ClientEvents& events)
      : loop_(loop), path_(std::move(path)), events_(events) {
    auto stream = loop_.connect_local(path_, *this);
    if (stream) {
      stream_ = std::move(*stream);
      return;
    }
    why_ = std::move(stream.error());
    later([this] { close(); });
  }

  void ask(const Order& order, Done done) override {
    if (ended_) return later([why = why_, done = std::move(done)] { done(fail(Error(why))); });
    const std::uint64_t number = ++asked_;
    waiting_.emplace(number, std::move(done));
    if (stream_ != nullptr) stream_->write(line_of({number, order}));
  }

 private:
  void on_connected(TimePoint) override {
    why_ = {ErrorCode::cancelled, fmt::format("the connection to {} ended before the answer", path_.string()), {}};
  }

  void on_bytes(std::string_view bytes, TimePoint) override {
    const std::weak_ptr<const bool> alive = alive_;
    bool understood = true;
    const bool short_enough = lines_.add(bytes, [&](std::string_view line) {
      understood = read(line);
      return understood && !alive.expired();
    });
    if (!alive.expired() && (!short_enough || !understood)) close();
  }

  void on_end(Outcome why, TimePoint) override {
    if (why != Outcome::closed && why != Outcome::connect_refused && why_.code == ErrorCode::not_found)
      why_.message = fmt::format("cannot connect to {}: {}", path_.string(), name_of(why));
    close();
  }

  bool read(std::string_view line) {
    const auto told = parse_told(line);
    if (!told) return false;
    if (!told->event.empty()) {
      events_.on_event(told->event, *told->data);
      return true;
    }
    const auto asked = waiting_.find(told->answer);
    if (asked == waiting_.end()) return false;
    const Done done = std::move(asked->second);
    waiting_.erase(asked);
    done(told->data.map([](std::string_view data) { return std::string(data); }));
    return true;
  }

  /// May end in this client's destruction.
  void close() {
    if (std::exchange(ended_, true)) return;
    stream_.reset();
    const std::weak_ptr<const bool> alive = alive_;
    const Error why = why_;
    for (auto& [number, done] : std::exchange(waiting_, {})) {
      done(fail(Error(why)));
      if (alive.expired()) return;
    }
    events_.on_closed();
  }

  void later(std::function<void()> work) {
    loop_.post([alive = std::weak_ptr<const bool>(alive_), work = std::move(work)] {
      if (!alive.expired()) work();
    });
  }

  event::Loop& loop_;
  const std::filesystem::path path_;
  ClientEvents& events_;
  std::unique_ptr<event::ByteStream> stream_;  ///< null once ended
  LineReader lines_{kLongestLine};
  std::uint64_t asked_ = 0;
  std::map<std::uint64_t, Done> waiting_;
  bool ended_ = false;
  Error why_{ErrorCode::not_found, fmt::format("nobody listens at {}", path_.string()), {}};  ///< for those who wait
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

/// Watches nothing: the question is answered whatever becomes of the connection.
struct NoEvents final : ClientEvents {
  void on_event(std::string_view, std::string_view) override {}
  void on_closed() override {}
};

}  // namespace

std::unique_ptr<Client> Client::connect(event::Loop& loop, const std::filesystem::path& path, ClientEvents& events) {
  return std::make_unique<RunClient>(loop, path, events);
}

Result<std::string> ask_once(const std::filesystem::path& path, const Order& order, Nanoseconds limit) {
  const auto loop = event::make_uv_loop();
  NoEvents events;
  Result<std::string> answer = fail(
      ErrorCode::timeout,
      fmt::format("no answer from {} within {:g} s: the run is busy or stopped", path.string(), to_seconds(limit)));
  event::Timer timer(loop->timers(), [&loop](TimePoint) { loop->stop(); });
  timer.start_at(loop->now() + limit);
  const auto client = Client::connect(*loop, path, events);
  client->ask(order, [&](Result<std::string> result) {
    answer = std::move(result);
    loop->stop();
  });
  loop->run();
  return answer;
}

}  // namespace thresher::control
