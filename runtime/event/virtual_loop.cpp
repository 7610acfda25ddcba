#include <algorithm>
#include <string_view>
#include <utility>

#include "event/virtual_internal.h"

namespace thresher::event {
namespace {

constexpr WallTime kFirstDay{std::chrono::sys_days{std::chrono::January / 1 / 2000}};

class VirtualAcceptor final : public Acceptor {
 public:
  explicit VirtualAcceptor(std::shared_ptr<VirtualListener> listener) : listener_(std::move(listener)) {}
  Address local() const override { return listener_->at; }

 private:
  std::shared_ptr<VirtualListener> listener_;
};

using Answer = std::function<void(std::vector<Address>)>;

class VirtualResolution final : public Resolution {
 public:
  explicit VirtualResolution(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  ~VirtualResolution() override { *answer_ = nullptr; }

 private:
  std::shared_ptr<Answer> answer_;  ///< also of the question in flight
};

std::vector<Address> look_up(const std::string& host, std::uint16_t port) {
  if (const auto literal = Address::parse(host, port)) return {*literal};
  if (host.empty() || std::string_view(host).ends_with(".invalid")) return {};  // RFC 6761, 6.4
  return {Address::loopback(port)};
}

}  // namespace

class VirtualLoop final : public Loop {
 public:
  VirtualLoop(VirtualWorld& world, VirtualWorld::State& state)
      : world_(world), state_(state), index_(state.loops.size()) {
    state_.loops.push_back(this);
  }
  ~VirtualLoop() override { state_.loops[index_] = nullptr; }

  TimePoint now() const override { return state_.now; }
  TimePoint read_clock() const override { return state_.now; }
  WallTime wall_now() const override { return kFirstDay + state_.now.time_since_epoch(); }

  std::unique_ptr<ByteStream> connect(const Address& to, StreamEvents& events) override {
    return connect_virtually(state_, index_, to, events);
  }

  Result<std::unique_ptr<Acceptor>> listen(const Address& at,
                                           std::function<void(std::unique_ptr<ByteStream>)> on_accept,
                                           ListenOptions options) override {
    return state_.listen({.at = at, .shared_port = options.shared_port, .on_accept = std::move(on_accept)})
        .map([](auto listener) -> std::unique_ptr<Acceptor> {
          return std::make_unique<VirtualAcceptor>(std::move(listener));
        });
  }

  std::unique_ptr<Resolution> resolve(const std::string& host, std::uint16_t port, Answer on_done) override {
    auto answer = std::make_shared<Answer>(std::move(on_done));
    state_.schedule_arrival(VirtualWork{index_, [answer, host, port] {
                                          const auto done = std::exchange(*answer, nullptr);
                                          if (done) done(look_up(host, port));
                                        }});
    return std::make_unique<VirtualResolution>(std::move(answer));
  }

  void post(std::function<void()> work) override { state_.schedule_now(VirtualWork{index_, std::move(work)}); }
  void run() override { world_.run(); }
  void stop() override { state_.stop_requested = true; }
  Nanoseconds take_longest_tick() override { return Nanoseconds{}; }

 private:
  VirtualWorld& world_;
  VirtualWorld::State& state_;
  std::size_t index_;
};

std::unique_ptr<Loop> VirtualWorld::make_loop() { return std::make_unique<VirtualLoop>(*this, *state_); }

}  // namespace thresher::event
