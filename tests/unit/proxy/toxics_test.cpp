#include "unit/proxy/line.h"

#include <numeric>

namespace thresher::test {
namespace {

using proxy::Direction;
using proxy::Per;
using proxy::ToxicType;
using Pieces = std::vector<End::Piece>;

}  // namespace

TEST_CASE("latency delays each write by as much, in order, and not what is written beside it", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::latency, {{"latency", 100}}));
  line.connect();
  line.client().stream->write("ping");
  line.settle();
  CHECK(line.server().pieces == Pieces{{0ms, "ping"}});  // upstream: not delayed
  line.server().stream->write("one");
  line.run_until(30ms);
  line.server().stream->write("two");
  line.run_until(500ms);
  CHECK(line.client().pieces == Pieces{{100ms, "one"}, {130ms, "two"}});
}

TEST_CASE("jitter keeps within its bounds and never lets a later write overtake an earlier one", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::latency, {{"latency", 50}, {"jitter", 40}}));
  line.connect();
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    line.run_until(i * 5ms);
    const std::string bytes = std::to_string(i) + ";";
    line.server().stream->write(bytes);
    sent += bytes;
  }
  line.run_until(2s);
  CHECK(line.client().text() == sent);
  Nanoseconds least = 1h, most{};
  std::size_t written = 0;
  for (const auto& piece : line.client().pieces) {
    const Nanoseconds delay = piece.at - written++ * 5ms;
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  CHECK(least >= 10ms);
  CHECK(least < 40ms);
  CHECK(most <= 90ms);
  CHECK(most > 60ms);
}

TEST_CASE("an end waits for the bytes that are still late", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::latency, {{"latency", 80}}));
  line.connect();
  line.server().stream->write("last words");
  line.server().stream->finish();
  line.run_until(500ms);
  CHECK(line.client().pieces == Pieces{{80ms, "last words"}});
  CHECK(line.client().ended == Outcome::closed);
  CHECK(line.client().ended_at == 80ms);
}

TEST_CASE("bandwidth lets a tenth of a second's worth through at a time", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::bandwidth, {{"rate", 10}}));  // 10,000 bytes a second
  line.connect();
  line.server().stream->write(std::string(2500, 'x'));
  line.run_until(1s);
  CHECK(line.client().pieces ==
        Pieces{{100ms, std::string(1000, 'x')}, {200ms, std::string(1000, 'x')}, {250ms, std::string(500, 'x')}});
}

TEST_CASE("bandwidth saves nothing up while nothing is sent", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::bandwidth, {{"rate", 1}}));
  line.connect();
  line.run_until(10s);
  line.server().stream->write(std::string(100, 'x'));
  line.run_until(20s);
  REQUIRE(line.client().pieces.size() == 1);
  CHECK(line.client().pieces[0].at == 10s + 100ms);
}

TEST_CASE("a bandwidth of nothing holds everything until there is some", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::bandwidth));
  line.connect();
  line.server().stream->write("stuck");
  line.server().stream->finish();
  line.run_until(1h);
  CHECK(line.client().text().empty());
  proxy::Toxic faster = Line::toxic(ToxicType::bandwidth, {{"rate", 0.05}});
  faster.name = "bandwidth_downstream";
  REQUIRE(line.proxy->update(faster).has_value());
  line.run_until(2h);
  CHECK(line.client().pieces == Pieces{{1h + 100ms, "stuck"}});
  CHECK(line.client().ended_at == 1h + 100ms);
}

TEST_CASE("a slow line makes its source wait instead of filling the memory", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::bandwidth, {{"rate", 100}}));
  line.connect();
  constexpr std::size_t kAll = 4 << 20;
  line.server().stream->write(std::string(kAll, 'x'));
  line.run_until(1s);
  // What the proxy took: its limit of 256 KiB and at most one read (64 KiB) beyond it, and what has gone on.
  CHECK(line.proxy->traffic(Direction::downstream).received <= (256 << 10) + (64 << 10) + 100'000);
  CHECK(line.proxy->traffic(Direction::downstream).sent > 90'000);
  CHECK(line.proxy->traffic(Direction::downstream).sent <= 100'000);
  line.run_until(60s);
  CHECK(line.client().text().size() == kAll);
}

TEST_CASE("a reader that reads nothing makes the other side wait, toxics or not", "[proxy]") {
  Line line;
  line.connect();
  line.client().stream->pause_reading();
  line.server().stream->write(std::string(8 << 20, 'x'));
  line.run_for(1s);
  // 256 KiB in the client's window, 256 KiB queued at the proxy, and one read.
  CHECK(line.proxy->traffic(Direction::downstream).received <= (512 << 10) + (64 << 10));
  line.client().stream->resume_reading();
  line.run_for(1s);
  CHECK(line.client().text().size() == 8 << 20);
}

TEST_CASE("slow_close holds back the end and nothing else", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::slow_close, {{"delay", 300}}));
  line.connect();
  line.run_until(10ms);
  line.server().stream->write("bye");
  line.server().stream->finish();
  line.run_until(1s);
  CHECK(line.client().pieces == Pieces{{10ms, "bye"}});
  CHECK(line.client().ended == Outcome::closed);
  CHECK(line.client().ended_at == 310ms);
}

TEST_CASE("timeout drops everything and closes the connection after its time", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::timeout, {{"timeout", 250}}));
  line.connect();
  line.server().stream->write("lost");
  line.run_until(249ms);
  CHECK_FALSE(line.client().ended);
  line.run_until(1s);
  CHECK(line.client().text().empty());
  CHECK(line.client().ended == Outcome::closed);
  CHECK(line.client().ended_at == 250ms);
  CHECK(line.server().ended);
  CHECK(line.proxy->open_connections() == 0);
}

TEST_CASE("a timeout of 0 holds the connection until the toxic is removed, and closes it then", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::timeout));
  line.connect();
  line.server().stream->write("lost");
  line.run_until(1h);
  CHECK_FALSE(line.client().ended);
  REQUIRE(line.proxy->remove("timeout_downstream").has_value());
  line.settle();
  CHECK(line.client().ended == Outcome::closed);
  CHECK(line.client().text().empty());
}

TEST_CASE("reset_peer resets both sides, so long after the first bytes", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::reset_peer, {{"timeout", 40}}));
  line.connect();
  line.run_until(100ms);
  line.server().stream->write("lost");
  line.run_until(1s);
  CHECK(line.client().text().empty());
  CHECK(line.client().ended == Outcome::reset);
  CHECK(line.client().ended_at == 140ms);
  CHECK(line.server().ended == Outcome::reset);
}

TEST_CASE("reset_peer without a timeout resets with the first bytes", "[proxy]") {
  Line line;
  auto toxic = Line::toxic(ToxicType::reset_peer);
  toxic.stream = Direction::upstream;
  line.add(toxic);
  line.connect();
  line.client().stream->write("hello");
  line.settle();
  CHECK(line.server().text().empty());
  CHECK(line.client().ended == Outcome::reset);
  CHECK(line.server().ended == Outcome::reset);
}

TEST_CASE("slicer cuts writes into pieces, so many microseconds apart", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::slicer, {{"average_size", 3}, {"delay", 500}}));
  line.connect();
  line.server().stream->write("abcdefgh");
  line.run_until(1s);
  CHECK(line.client().pieces == Pieces{{0us, "abc"}, {500us, "def"}, {1000us, "gh"}});
}

TEST_CASE("slicer varies its sizes within the variation and loses nothing", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::slicer, {{"average_size", 100}, {"size_variation", 50}, {"delay", 10}}));
  line.connect();
  std::string sent(20'000, '\0');
  std::iota(sent.begin(), sent.end(), '\0');
  line.server().stream->write(sent);
  line.run_until(1s);
  CHECK(line.client().text() == sent);
  const auto& pieces = line.client().pieces;
  REQUIRE(pieces.size() > 130);
  bool varies = false;
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    CHECK(pieces[i].bytes.size() >= 50);
    CHECK(pieces[i].bytes.size() <= 150);
    varies = varies || pieces[i].bytes.size() != pieces[0].bytes.size();
  }
  CHECK(varies);
}

TEST_CASE("limit_data passes so many bytes and closes the connection behind them", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::limit_data, {{"bytes", 10}}));
  line.connect();
  line.server().stream->write("12345");
  line.settle();
  CHECK_FALSE(line.client().ended);
  line.server().stream->write("67890abc");
  line.settle();
  CHECK(line.client().text() == "1234567890");
  CHECK(line.client().ended == Outcome::closed);
  CHECK(line.server().ended);
}

TEST_CASE("what limit_data let through still goes through the toxics behind it", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::limit_data, {{"bytes", 4}}));
  line.add(Line::toxic(ToxicType::latency, {{"latency", 70}}));
  line.connect();
  line.server().stream->write("123456");
  line.run_until(1s);
  CHECK(line.client().pieces == Pieces{{70ms, "1234"}});
  CHECK(line.client().ended_at == 70ms);
}

TEST_CASE("corrupt flips about rate of the bytes, one bit each, wherever the writes were cut", "[proxy]") {
  const auto through = [](std::size_t write) {
    Line line;
    line.add(Line::toxic(ToxicType::corrupt, {{"rate", 0.01}}));
    line.connect();
    for (std::size_t at = 0; at < 100'000; at += write) line.server().stream->write(std::string(write, '\0'));
    line.run_for(1s);
    return line.client().text();
  };
  const std::string whole = through(50'000);
  REQUIRE(whole.size() == 100'000);
  std::size_t flipped = 0;
  for (const char byte : whole) {
    const auto bits = static_cast<unsigned char>(byte);
    flipped += bits != 0;
    CHECK((bits & (bits - 1U)) == 0);  // at most one bit
  }
  CHECK(flipped > 850);  // binomial: mean 1,000, deviation 31
  CHECK(flipped < 1150);
  CHECK(through(1000) == whole);
}

TEST_CASE("a rate of 1 flips every byte and a rate of 0 none", "[proxy]") {
  for (const double rate : {0.0, 1.0}) {
    Line line;
    line.add(Line::toxic(ToxicType::corrupt, {{"rate", rate}}));
    line.connect();
    line.server().stream->write("abc");
    line.settle();
    const std::string got = line.client().text();
    REQUIRE(got.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK((got[i] != "abc"[i]) == (rate > 0));
  }
}

TEST_CASE("removing a toxic lets go at once of what it held, in order, and the end with it", "[proxy]") {
  const auto type = GENERATE(ToxicType::latency, ToxicType::bandwidth, ToxicType::slicer);
  std::vector<std::pair<std::string, double>> attributes = {{"latency", 60'000}};
  if (type == ToxicType::bandwidth) attributes = {{"rate", 0.02}};
  if (type == ToxicType::slicer) attributes = {{"average_size", 1}, {"delay", 60e6}};
  Line line;
  line.add(Line::toxic(type, attributes));
  line.connect();
  line.server().stream->write("one ");
  line.server().stream->write("two");
  line.server().stream->finish();
  line.run_until(1ms);
  CHECK(line.client().text().size() < 7);
  CHECK_FALSE(line.client().ended);
  REQUIRE(line.proxy->remove(std::string(name_of(type)) + "_downstream").has_value());
  line.settle();
  CHECK(line.client().text() == "one two");
  CHECK(line.client().ended_at == 1ms);
}

TEST_CASE("a toxic added later strikes connections that are there, behind the others", "[proxy]") {
  Line line;
  line.connect();
  line.server().stream->write("free ");
  line.settle();
  line.add(Line::toxic(ToxicType::latency, {{"latency", 20}}));
  auto second = Line::toxic(ToxicType::latency, {{"latency", 5}});
  second.name = "more";
  line.add(second);
  line.server().stream->write("late");
  line.run_until(1s);
  CHECK(line.client().pieces == Pieces{{0ms, "free "}, {25ms, "late"}});
}

TEST_CASE("a toxic taken out of the middle leaves the others joined", "[proxy]") {
  Line line;
  for (const double latency : {10, 200, 30}) {
    auto toxic = Line::toxic(ToxicType::latency, {{"latency", latency}});
    toxic.name = "by " + std::to_string(static_cast<int>(latency));
    line.add(toxic);
  }
  line.connect();
  line.server().stream->write("a");
  line.run_until(100ms);
  REQUIRE(line.proxy->remove("by 200").has_value());
  line.server().stream->write("b");
  line.run_until(1s);
  CHECK(line.client().pieces == Pieces{{130ms, "a"}, {140ms, "b"}});
}

TEST_CASE("an update changes what comes, and the rest of what waits for bandwidth", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::bandwidth, {{"rate", 1}}));
  line.connect();
  line.server().stream->write(std::string(1000, 'x'));
  line.run_until(500ms);
  CHECK(line.client().text().size() == 500);
  auto faster = Line::toxic(ToxicType::bandwidth, {{"rate", 5}});
  faster.name = "bandwidth_downstream";
  REQUIRE(line.proxy->update(faster).has_value());
  line.run_until(10s);
  CHECK(line.client().text().size() == 1000);
  CHECK(line.client().pieces.back().at == 600ms);
}

TEST_CASE("toxicity strikes its share of the connections, the same ones for the same seed", "[proxy]") {
  const auto struck = [](std::uint64_t seed, double toxicity) {
    Line line(seed);
    auto toxic = Line::toxic(ToxicType::timeout, {{"timeout", 1}});
    toxic.toxicity = toxicity;
    line.add(toxic);
    std::string who;
    for (int i = 0; i < 200; ++i) line.connect();
    line.run_for(1s);
    for (const auto& client : line.clients) who += client->ended ? 'x' : '.';
    return who;
  };
  const std::string some = struck(7, 0.3);
  const auto count = std::count(some.begin(), some.end(), 'x');
  CHECK(count > 35);  // binomial: mean 60, deviation 6.5
  CHECK(count < 85);
  CHECK(struck(7, 0.3) == some);
  CHECK(struck(8, 0.3) != some);
  const std::string more = struck(7, 0.6);  // the same lots: everybody struck before is struck now
  for (std::size_t i = 0; i < some.size(); ++i) CHECK((some[i] == '.' || more[i] == 'x'));
  CHECK(struck(7, 0) == std::string(200, '.'));
  CHECK(struck(7, 1) == std::string(200, 'x'));
}

TEST_CASE("per request the lot is drawn for every burst of the client's", "[proxy]") {
  Line line;
  auto toxic = Line::toxic(ToxicType::latency, {{"latency", 100}});
  toxic.per = Per::request;
  toxic.toxicity = 0.5;
  line.add(toxic);
  line.connect();
  int late = 0;
  for (int i = 0; i < 100; ++i) {
    const Nanoseconds asked = line.now();
    line.client().stream->write("question");
    line.settle();
    line.server().stream->write("answer");
    line.run_for(1s);
    const Nanoseconds took = line.client().pieces.back().at - asked;
    CHECK((took == 0ms || took == 100ms));
    late += took == 100ms;
  }
  REQUIRE(line.client().pieces.size() == 100);
  CHECK(late > 30);  // binomial: mean 50, deviation 5
  CHECK(late < 70);
}

TEST_CASE("per request limit_data counts each answer by itself", "[proxy]") {
  Line line;
  auto toxic = Line::toxic(ToxicType::limit_data, {{"bytes", 10}});
  toxic.per = Per::request;
  line.add(toxic);
  line.connect();
  for (int i = 0; i < 5; ++i) {
    line.client().stream->write("ask");
    line.settle();
    line.server().stream->write("12345678");
    line.settle();
  }
  CHECK(line.client().text().size() == 40);
  CHECK_FALSE(line.client().ended);
  line.server().stream->write("90");  // the same answer goes on
  line.settle();
  CHECK(line.client().ended == Outcome::closed);
}

TEST_CASE("a toxic strikes in its windows only", "[proxy]") {
  Line line;
  auto toxic = Line::toxic(ToxicType::latency, {{"latency", 10}});
  toxic.schedule = {.from = 2s, .to = 3s, .every = 5s};
  line.add(toxic);
  line.connect();
  for (int second = 0; second < 12; ++second) {
    line.run_until(second * 1s + 500ms);
    line.server().stream->write(".");
  }
  line.run_until(20s);
  REQUIRE(line.client().pieces.size() == 12);
  for (int second = 0; second < 12; ++second) {
    const bool inside = second == 2 || second == 7;
    CHECK(line.client().pieces[static_cast<std::size_t>(second)].at == second * 1s + 500ms + (inside ? 10ms : 0ms));
  }
}

TEST_CASE("when a window closes, what latency holds keeps its time and what bandwidth holds goes", "[proxy]") {
  const bool latency = GENERATE(true, false);
  Line line;
  auto toxic = latency ? Line::toxic(ToxicType::latency, {{"latency", 2000}})
                       : Line::toxic(ToxicType::bandwidth, {{"rate", 0.01}});
  toxic.schedule = {.from = 0s, .to = 1s};
  line.add(toxic);
  line.connect();
  line.run_until(500ms);
  line.server().stream->write("held");
  line.run_until(1500ms);
  line.server().stream->write(" free");
  line.run_until(5s);
  CHECK(line.client().text() == "held free");
  CHECK(line.client().pieces.back().at == (latency ? 2500ms : 1500ms));
  if (!latency) CHECK(line.client().pieces[3].at <= 1s);
}

}  // namespace thresher::test
