#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "event/loop.h"

namespace thresher::test {

/// A loop whose network is the test: it makes the streams, answers the resolver's questions and turns the clock.
class FakeLoop final : public event::Loop {
 public:
  using Connect = std::function<std::unique_ptr<event::ByteStream>(const event::Address&, event::StreamEvents&)>;
  explicit FakeLoop(Connect connect) : connect_(std::move(connect)) {}

  /// Answers every question asked so far.
  void answer_questions(const std::vector<event::Address>& addresses) {
    for (auto& question : std::exchange(questions_, {})) {
      if (!question.gone.expired()) question.on_done(addresses);
    }
  }
  std::size_t questions() const { return asked_; }
  void advance(Nanoseconds duration) {
    now_ += duration;
    timers_.fire_due(now_);
  }

  TimePoint now() const override { return now_; }
  TimePoint read_clock() const override { return now_; }
  WallTime wall_now() const override { return {}; }
  std::unique_ptr<event::ByteStream> connect(const event::Address& to, event::StreamEvents& events) override {
    return connect_(to, events);
  }
  Result<std::unique_ptr<event::Acceptor>> listen(const event::Address&,
                                                  std::function<void(std::unique_ptr<event::ByteStream>)>,
                                                  event::ListenOptions) override {
    return fail(ErrorCode::internal, "nobody can listen here");
  }
  std::unique_ptr<event::Resolution> resolve(const std::string&, std::uint16_t,
                                             std::function<void(std::vector<event::Address>)> on_done) override {
    ++asked_;
    auto resolution = std::make_unique<Asked>();
    questions_.push_back({resolution->alive, std::move(on_done)});
    return resolution;
  }
  void post(std::function<void()> work) override { work(); }
  void run() override {}
  void stop() override {}
  Nanoseconds take_longest_tick() override { return {}; }

 private:
  struct Asked final : event::Resolution {
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  };
  struct Question {
    std::weak_ptr<bool> gone;
    std::function<void(std::vector<event::Address>)> on_done;
  };

  Connect connect_;
  TimePoint now_{};
  std::vector<Question> questions_;
  std::size_t asked_ = 0;
};

}  // namespace thresher::test
