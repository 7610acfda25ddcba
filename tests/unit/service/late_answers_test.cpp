#include "service/late_answers.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "event/virtual_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using plugin::AnswerKind;
using plugin::StreamEnd;
using plugin::TargetAnswer;

namespace {

/// What a client sees, with the time it came, and whether its request is still being kept.
struct Client {
  std::vector<std::string> seen;
  std::function<void()> on_gone;
  bool kept = true;
};

class RecordingResponder final : public http::Responder {
 public:
  RecordingResponder(event::Loop& loop, TimePoint began, Client& client)
      : loop_(loop), began_(began), client_(client) {}
  ~RecordingResponder() override { client_.kept = false; }

  void respond(int status, std::string_view, std::string_view body) override {
    note(fmt::format("{} {}", status, body));
  }
  void respond_raw(std::string_view bytes, bool) override { note(fmt::format("raw {}", bytes)); }
  void reset() override { note("reset"); }
  void begin_stream(int status, std::string_view) override { note(fmt::format("begin {}", status)); }
  bool write_chunk(std::string_view bytes) override {
    note(std::string(bytes));
    return true;
  }
  void finish_stream() override { note("finish"); }
  void on_writable(std::function<void()>) override {}
  void on_gone(std::function<void()> callback) override { client_.on_gone = std::move(callback); }

 private:
  void note(const std::string& what) {
    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(loop_.now() - began_);
    client_.seen.push_back(fmt::format("{} ms: {}", at.count(), what));
  }

  event::Loop& loop_;
  TimePoint began_;
  Client& client_;
};

struct Bench {
  event::VirtualWorld world;
  std::unique_ptr<event::Loop> loop = world.make_loop();
  TimePoint began = loop->now();
  service::LateAnswers late{*loop};
  Client client;

  void give(TargetAnswer answer) {
    late.give(std::make_unique<RecordingResponder>(*loop, began, client), std::move(answer));
  }
  void run_for(Nanoseconds duration) { world.run_until(world.now() + duration); }
};

TargetAnswer stream_of(std::vector<plugin::AnswerPiece> pieces, StreamEnd end = StreamEnd::finish) {
  TargetAnswer answer;
  answer.kind = AnswerKind::stream;
  answer.after = 10ms;
  answer.pieces = std::move(pieces);
  answer.stream_end = end;
  return answer;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a stream comes piece by piece, each that long after the one before", "[service]") {
  Bench bench;
  bench.give(stream_of({{20ms, "one"}, {0ms, "two"}, {30ms, "three"}}));
  bench.run_for(1s);
  CHECK(bench.client.seen == Lines{"10 ms: begin 200", "30 ms: one", "30 ms: two", "60 ms: three", "60 ms: finish"});
  CHECK_FALSE(bench.client.kept);
  CHECK(bench.late.waiting() == 0);
}

TEST_CASE("a stream without delay begins and ends at once", "[service]") {
  Bench bench;
  TargetAnswer answer = stream_of({{0ms, "all"}});
  answer.after = 0ms;
  bench.give(std::move(answer));
  bench.run_for(1s);
  CHECK(bench.client.seen == Lines{"0 ms: begin 200", "0 ms: all", "0 ms: finish"});
}

TEST_CASE("a stream may end in an abort", "[service]") {
  Bench bench;
  bench.give(stream_of({{5ms, "one"}}, StreamEnd::reset));
  bench.run_for(1s);
  CHECK(bench.client.seen == Lines{"10 ms: begin 200", "15 ms: one", "15 ms: reset"});
  CHECK(bench.late.waiting() == 0);
}

TEST_CASE("a stream that is held stays until its client goes away", "[service]") {
  Bench bench;
  bench.give(stream_of({{5ms, "one"}}, StreamEnd::hold));
  bench.run_for(1h);
  CHECK(bench.client.seen == Lines{"10 ms: begin 200", "15 ms: one"});
  CHECK(bench.client.kept);
  bench.client.on_gone();
  bench.run_for(1ms);
  CHECK_FALSE(bench.client.kept);
  CHECK(bench.late.waiting() == 0);
}

TEST_CASE("a client that goes away in mid-stream is sent nothing more, and its slot serves the next", "[service]") {
  Bench bench;
  bench.give(stream_of({{20ms, "one"}, {1s, "two"}}));
  bench.run_for(40ms);
  bench.client.on_gone();
  bench.run_for(10s);
  CHECK(bench.client.seen == Lines{"10 ms: begin 200", "30 ms: one"});
  bench.client = {};
  bench.give(stream_of({{1ms, "again"}}));
  bench.run_for(1s);
  CHECK(bench.client.seen.size() == 3);
  CHECK(bench.late.slots() == 1);
}
