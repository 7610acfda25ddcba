#include "unit/proxy/line.h"

namespace thresher::test {

using proxy::Direction;
using proxy::ToxicType;

TEST_CASE("a proxy without toxics passes bytes both ways and counts them", "[proxy]") {
  Line line;
  line.connect();
  line.client().stream->write("question");
  line.settle();
  CHECK(line.server().text() == "question");
  line.server().stream->write("the answer");
  line.settle();
  CHECK(line.client().text() == "the answer");
  CHECK(line.proxy->traffic(Direction::upstream).received == 8);
  CHECK(line.proxy->traffic(Direction::upstream).sent == 8);
  CHECK(line.proxy->traffic(Direction::downstream).sent == 10);
  CHECK(line.proxy->accepted() == 1);
}

TEST_CASE("one side that finished still hears the other", "[proxy]") {
  Line line;
  line.connect();
  line.client().stream->write("all I have to say");
  line.client().stream->finish();
  line.settle();
  CHECK(line.server().ended == Outcome::closed);
  CHECK_FALSE(line.client().ended);
  line.server().stream->write("a long answer");
  line.settle();
  CHECK(line.client().text() == "a long answer");
  CHECK(line.proxy->open_connections() == 1);
  line.server().stream->finish();
  line.settle();
  CHECK(line.client().ended == Outcome::closed);
  CHECK(line.proxy->open_connections() == 0);
}

TEST_CASE("the ends go each their own way through the toxics", "[proxy]") {
  Line line;
  auto up = Line::toxic(ToxicType::slow_close, {{"delay", 100}});
  up.stream = Direction::upstream;
  line.add(up);
  line.add(Line::toxic(ToxicType::slow_close, {{"delay", 30}}));
  line.connect();
  line.client().stream->finish();
  line.server().stream->finish();
  line.run_for(1s);
  CHECK(line.server().ended_at == 100ms);
  CHECK(line.client().ended_at == 30ms);
  CHECK(line.proxy->open_connections() == 0);
}

TEST_CASE("a reset goes on to the other side, behind the bytes that came before it", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::latency, {{"latency", 50}}));
  line.connect();
  line.server().stream->write("nearly");
  line.server().stream->reset();
  line.run_for(1s);
  CHECK(line.client().text() == "nearly");
  CHECK(line.client().ended == Outcome::reset);
  CHECK(line.client().ended_at == 50ms);
  CHECK(line.proxy->open_connections() == 0);
}

TEST_CASE("a client that resets takes its upstream connection with it", "[proxy]") {
  Line line;
  line.connect();
  line.client().stream->reset();
  line.settle();
  CHECK(line.server().ended == Outcome::reset);
  CHECK(line.proxy->open_connections() == 0);
}

TEST_CASE("a client is closed when its upstream refuses", "[proxy]") {
  Line line;
  REQUIRE(line.proxy->change(line.proxy->listen(), "127.0.0.1:8999", true).has_value());
  line.connect();
  line.run_for(1s);
  CHECK(line.client().is_connected);
  CHECK(line.client().ended);
  CHECK(line.proxy->open_connections() == 0);
}

TEST_CASE("a client is closed when the name of its upstream means nothing", "[proxy]") {
  Line line;
  REQUIRE(line.proxy->change(line.proxy->listen(), "nowhere.invalid:80", true).has_value());
  line.connect();
  line.run_for(1s);
  CHECK(line.client().ended);
}

TEST_CASE("many clients do not get in one another's way", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::latency, {{"latency", 10}}));
  for (int i = 0; i < 50; ++i) line.connect();
  for (std::size_t i = 0; i < 50; ++i) line.server(i).stream->write("to " + std::to_string(i));
  line.run_for(1s);
  for (std::size_t i = 0; i < 50; ++i) CHECK(line.client(i).text() == "to " + std::to_string(i));
}

TEST_CASE("the end of a large answer comes after all of it", "[proxy]") {
  Line line;
  line.connect();
  line.client().stream->pause_reading();
  line.server().stream->write(std::string(1 << 20, 'x'));
  line.server().stream->finish();
  line.run_for(1s);
  CHECK_FALSE(line.client().ended);
  line.client().stream->resume_reading();
  line.run_for(1s);
  CHECK(line.client().text().size() == 1 << 20);
  CHECK(line.client().ended == Outcome::closed);
}

TEST_CASE("what limit_data let through arrives although its reader is slow", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::limit_data, {{"bytes", 600'000}}));
  line.connect();
  line.client().stream->pause_reading();
  line.server().stream->write(std::string(1 << 20, 'x'));
  line.run_for(1s);
  line.client().stream->resume_reading();
  line.run_for(1s);
  CHECK(line.client().text().size() == 600'000);
  CHECK(line.client().ended);
  CHECK(line.proxy->open_connections() == 0);
}

}  // namespace thresher::test
