#include "support/fake_stream.h"

#include <catch2/catch.hpp>

#include "support/fake_clock.h"

using namespace thresher;
using namespace std::chrono_literals;

namespace {

struct Recorder final : event::StreamEvents {
  std::unique_ptr<event::ByteStream> stream;
  std::string heard;

  void on_connected(TimePoint) override { heard += "connected "; }
  void on_bytes(std::string_view bytes, TimePoint) override {
    heard += bytes;
    heard += ' ';
    if (bytes == "go") stream.reset();
  }
  void on_drained(TimePoint) override { heard += "drained "; }
  void on_end(Outcome why, TimePoint) override { heard += name_of(why); }
};

}  // namespace

TEST_CASE("a fake stream records what is written and hands on what the test sends", "[support]") {
  test::FakePeer peer;
  Recorder recorder;
  recorder.stream = peer.open(recorder);
  peer.connected();
  CHECK(recorder.stream->write("GET /"));
  CHECK(peer.take_written() == "GET /");
  CHECK(peer.written().empty());
  peer.send("200");
  recorder.stream->finish();
  peer.end(Outcome::closed);
  CHECK(peer.finished());
  CHECK(recorder.heard == "connected 200 closed");
}

TEST_CASE("a fake stream takes no more than it is allowed and says when it drained", "[support]") {
  test::FakePeer peer;
  Recorder recorder;
  recorder.stream = peer.open(recorder);
  peer.allow(3);
  CHECK_FALSE(recorder.stream->write("abcdef"));
  CHECK(peer.written() == "abc");
  CHECK(recorder.stream->queued_bytes() == 3);
  peer.drain();
  CHECK(peer.written() == "abcdef");
  CHECK(recorder.heard == "drained ");
}

TEST_CASE("a fake stream may be destroyed by what the test sends, and hears nothing afterwards", "[support]") {
  test::FakePeer peer;
  Recorder recorder;
  recorder.stream = peer.open(recorder);
  peer.send("go");
  CHECK(peer.destroyed());
  peer.send("more");
  peer.end(Outcome::reset);
  CHECK(recorder.heard == "go ");
}

TEST_CASE("a fake clock moves only when told", "[support]") {
  test::FakeClock clock;
  const TimePoint start = clock.now();
  const WallTime wall = clock.wall_now();
  clock.advance(90s);
  CHECK(clock.now() - start == 90s);
  CHECK(clock.wall_now() - wall == 90s);
}
