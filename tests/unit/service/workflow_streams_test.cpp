#include "service/workflow_streams.h"

#include <catch2/catch.hpp>

#include "http/headers.h"
#include "service_world.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;

namespace {

/// The lines in a chunked answer whose every chunk is one line.
std::vector<Json> lines_of(const std::string& heard) {
  std::vector<Json> lines;
  std::size_t at = heard.find("\r\n\r\n") + 4;
  while (at < heard.size()) {
    const std::size_t size = std::stoul(heard.substr(at), nullptr, 16);
    at = heard.find("\r\n", at) + 2;
    if (size == 0 || at + size > heard.size()) break;
    REQUIRE(heard[at + size - 1] == '\n');
    lines.push_back(Json::parse(heard.substr(at, size)));
    at += size + 2;
  }
  return lines;
}

/// A client that has asked for a stream, and when its first byte came.
struct Reader {
  Reader(ServiceWorld& world, const std::string& query) : client(world.connect()) {
    began = world.world.now();
    client->stream->write("GET /api/agents/stream" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  /// When each line came, since the head did.
  std::vector<Nanoseconds> offsets() const {
    std::vector<Nanoseconds> found;
    for (std::size_t i = 1; i < client->times.size(); ++i) found.push_back(client->times[i] - client->times[0]);
    return found;
  }

  std::unique_ptr<Client> client;
  TimePoint began;
};

}  // namespace

TEST_CASE("line n of a stream is due (n + 1/2) / rate after the first byte", "[service][stream]") {
  ServiceWorld world;
  Reader reader(world, "?rate=100&seed=7");
  world.advance(10s);
  const auto offsets = reader.offsets();
  REQUIRE(offsets.size() == 1000);
  for (std::size_t n = 0; n < offsets.size(); ++n) REQUIRE(offsets[n] == 5ms + static_cast<int>(n) * 10ms);
  const auto lines = lines_of(reader.client->heard);
  REQUIRE(lines.size() == 1000);
  for (std::size_t n = 0; n < lines.size(); ++n) {
    REQUIRE(lines[n].at("stream_sequence") == n);
    REQUIRE(lines[n].at("workflow_id") == fmt::format("wf-{}", 7 + n));
  }
}

TEST_CASE("a rate that does not divide a second does not drift", "[service][stream]") {
  ServiceWorld world;
  Reader reader(world, "?rate=7");
  world.advance(1000s);
  const auto offsets = reader.offsets();
  REQUIRE(offsets.size() == 7000);
  for (const std::size_t second : {0U, 1U, 499U, 998U}) {
    const auto within = std::count_if(offsets.begin(), offsets.end(),
                                      [&](Nanoseconds at) { return at >= second * 1s && at < (second + 1) * 1s; });
    CHECK(within == 7);
  }
}

TEST_CASE("a stream says what it is and asks the generator for what it was asked", "[service][stream]") {
  ServiceWorld world;
  Reader reader(world, "?chaos_rate=0.25&compat=true");
  world.advance(60ms);
  CHECK(http::find_header(reader.client->heard, "Content-Type").value == "application/x-ndjson");
  CHECK(http::find_header(reader.client->heard, "Transfer-Encoding").value == "chunked");
  REQUIRE(world.calls.last.size() == 5);
  world.calls.last.pop_back();  // now
  CHECK(world.calls.last ==
        std::vector<std::string>{"chaos_rate=0.25", "seed=12345", "stream_sequence=0", "compat=true"});
}

TEST_CASE("nothing is made for a reader that does not read, and no burst follows when it does", "[service][stream]") {
  ServiceWorld world;
  world.calls.padding = 8192;
  Reader fast(world, "?rate=100");
  Reader slow(world, "?rate=100");
  slow.client->stream->pause_reading();
  world.advance(30s);
  const std::size_t made = world.calls.products.size();
  CHECK(fast.offsets().size() == 3000);  // held up by nobody
  const std::size_t for_slow = made - 3000;
  CHECK(for_slow < 200);  // what fits the window, and the one line that did not
  world.advance(30s);
  CHECK(world.calls.products.size() - made == 3000);  // all for the fast one

  const std::size_t before = slow.client->times.size();
  const TimePoint resumed = world.world.now();
  slow.client->stream->resume_reading();
  world.advance(2s);
  std::vector<Nanoseconds> after;
  for (std::size_t i = before; i < slow.client->times.size(); ++i)
    if (slow.client->times[i] > resumed) after.push_back(slow.client->times[i] - resumed);
  REQUIRE(after.size() == 200);  // 100 a second from where it caught up
  CHECK(after.front() == 5ms);
  CHECK(after.back() == 1995ms);
  const auto lines = lines_of(slow.client->heard);
  for (std::size_t n = 0; n < lines.size(); ++n) REQUIRE(lines[n].at("stream_sequence") == n);  // none lost
}

TEST_CASE("thousands of readers each get their own schedule", "[service][stream]") {
  ServiceWorld world;
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 2000; ++i) readers.push_back(std::make_unique<Reader>(world, fmt::format("?rate=2&seed={}", i)));
  world.advance(2s);
  for (const auto& reader : readers) {
    const auto offsets = reader->offsets();
    REQUIRE(offsets.size() >= 4);
    for (std::size_t n = 0; n < offsets.size(); ++n) REQUIRE(offsets[n] == 250ms + static_cast<int>(n) * 500ms);
  }
  CHECK(world.get("/health").json().at("streams") == 2000);
  readers.clear();
  world.advance(1s);
  const std::size_t made = world.calls.products.size();
  CHECK(world.get("/health").json().at("streams") == 0);
  world.advance(10s);
  CHECK(world.calls.products.size() == made);  // nothing is made for those that went
}

TEST_CASE("a stream ends with its final chunk when the service stops", "[service][stream]") {
  ServiceWorld world;
  Reader reader(world, "?rate=10");
  world.advance(1s);
  bool done = false;
  world.service->drain([&] { done = true; });
  world.advance(2s);
  CHECK(reader.client->heard.ends_with("\r\n0\r\n\r\n"));
  CHECK(reader.client->end == Outcome::closed);
  CHECK(done);
  CHECK(lines_of(reader.client->heard).size() == 10);
}

TEST_CASE("a stream ends with its final chunk where the seeds do", "[service][stream]") {
  ServiceWorld world;
  Reader reader(world, "?rate=10&seed=9223372036854775805");
  world.advance(5s);
  const auto lines = lines_of(reader.client->heard);
  REQUIRE(lines.size() == 3);
  CHECK(lines.back().at("workflow_id") == "wf-9223372036854775807");
  CHECK(reader.client->heard.ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("wrong parameters of a stream are all named, before it begins", "[service][stream]") {
  ServiceWorld world;
  const Heard heard = world.get("/api/agents/stream?rate=101&chaos_rate=-1");
  CHECK(heard.status == 400);
  CHECK(heard.detail() ==
        "parameter \"rate\" must be between 1 and 100, not 101; parameter \"chaos_rate\" must be between 0 and "
        "1, not -1");
  CHECK(world.calls.products.empty());
  CHECK(world.ask("HEAD", "/api/agents/stream").status == 200);
  CHECK(world.get("/health").json().at("streams") == 0);
}
