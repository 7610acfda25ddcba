#include "proxy/proxy.h"

#include "proxy/proxy_set.h"
#include "unit/proxy/line.h"

namespace thresher::test {

using proxy::Proxy;
using proxy::ProxySet;
using proxy::ToxicType;

TEST_CASE("a proxy that is down refuses, drops what it has, and comes back at the same address", "[proxy]") {
  Line line;
  line.connect();
  const std::string at = line.proxy->listen();
  REQUIRE(line.proxy->set_enabled(false).has_value());
  line.settle();
  CHECK(line.client().ended);
  CHECK(line.server().ended);
  line.connect();
  CHECK(line.client(1).ended == Outcome::connect_refused);
  REQUIRE(line.proxy->set_enabled(true).has_value());
  CHECK(line.proxy->listen() == at);
  line.connect();
  line.client(2).stream->write("back");
  line.settle();
  CHECK(line.server(1).text() == "back");
}

TEST_CASE("down takes the proxy away for its windows", "[proxy]") {
  Line line;
  auto toxic = Line::toxic(ToxicType::down);
  toxic.schedule = {.from = 2s, .to = 3s};
  line.add(toxic);
  line.connect();
  line.run_until(2s);
  CHECK(line.client().ended);
  CHECK(line.client().ended_at == 2s);
  line.connect();
  CHECK(line.client(1).ended == Outcome::connect_refused);
  line.run_until(3s);
  line.connect();
  CHECK_FALSE(line.client(2).ended);
  CHECK(line.proxy->enabled());
}

TEST_CASE("removing down brings the proxy back at once", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::down));
  line.connect();
  CHECK(line.client().ended == Outcome::connect_refused);
  REQUIRE(line.proxy->remove("down_downstream").has_value());
  line.connect();
  CHECK_FALSE(line.client(1).ended);
}

TEST_CASE("schedules count from the moment the clock is restarted", "[proxy]") {
  Line line;
  auto toxic = Line::toxic(ToxicType::latency, {{"latency", 10}});
  toxic.schedule = {.from = 0s, .to = 1s};
  line.add(toxic);
  line.connect();
  line.run_until(5s);
  line.server().stream->write("free");
  line.settle();
  line.proxy->restart_clock();
  line.server().stream->write("late");
  line.run_until(10s);
  CHECK(line.client().pieces == std::vector<End::Piece>{{5s, "free"}, {5s + 10ms, "late"}});
}

TEST_CASE("an update may move a toxic's windows", "[proxy]") {
  Line line;
  auto toxic = Line::toxic(ToxicType::latency, {{"latency", 10}});
  toxic.name = "lag";
  toxic.schedule = {.from = 100s};
  line.add(toxic);
  line.connect();
  line.run_until(2s);
  toxic.schedule = {.from = 1s, .to = 3s};
  REQUIRE(line.proxy->update(toxic).has_value());
  line.server().stream->write("late");
  line.run_until(3s);
  line.server().stream->write(" free");
  line.run_until(200s);
  CHECK(line.client().pieces == std::vector<End::Piece>{{2s + 10ms, "late"}, {3s, " free"}});
}

TEST_CASE("another upstream drops the connections and serves the next ones", "[proxy]") {
  Line line;
  line.connect();
  REQUIRE(line.proxy->change(line.proxy->listen(), "127.0.0.1:8007", true).has_value());
  line.settle();
  CHECK(line.client().ended);
  line.connect();
  line.client(1).stream->write("hello");
  line.settle();
  CHECK(line.server(1).text() == "hello");
}

TEST_CASE("the same addresses again change nothing", "[proxy]") {
  Line line;
  line.connect();
  REQUIRE(line.proxy->change("localhost:9007", line.proxy->upstream(), true).has_value());
  line.settle();
  CHECK_FALSE(line.client().ended);
}

TEST_CASE("port 0 listens on a port that is free and says which", "[proxy]") {
  Line line;
  auto proxy = Proxy::create(*line.loop, {.name = "any", .listen = "127.0.0.1:0", .upstream = "127.0.0.1:8007"});
  REQUIRE(proxy.has_value());
  CHECK((*proxy)->listen() != "127.0.0.1:0");
  CHECK(proxy::parse_endpoint((*proxy)->listen()).has_value());
}

TEST_CASE("a proxy refuses what makes no sense and names it", "[proxy]") {
  Line line;
  const auto why = [&](proxy::ProxyOptions options) {
    const auto made = Proxy::create(*line.loop, std::move(options));
    return made ? "" : made.error().message;
  };
  CHECK(why({.name = "", .listen = "", .upstream = "a:1"}) == "a proxy needs a name");
  CHECK(why({.name = "x", .listen = "", .upstream = "db"}) ==
        "'db' is no HOST:PORT, such as 127.0.0.1:8007 or db.example:5432");
  CHECK(why({.name = "x", .listen = "other.example:1", .upstream = "db:1"}) ==
        "cannot listen on 'other.example:1': 'other.example' is no address of this machine, such as 127.0.0.1, "
        "localhost or [::]");
  CHECK(why({.name = "x", .listen = "127.0.0.1:9007", .upstream = "db:1"}).find("127.0.0.1:9007") !=
        std::string::npos);  // in use
}

TEST_CASE("a proxy whose new address is in use is disabled, and says so", "[proxy]") {
  Line line;
  const auto changed = line.proxy->change("127.0.0.1:8007", line.proxy->upstream(), true);
  REQUIRE_FALSE(changed.has_value());
  CHECK(changed.error().code == ErrorCode::io);
  CHECK_FALSE(line.proxy->enabled());
}

TEST_CASE("toxics have names of their own", "[proxy]") {
  Line line;
  line.add(Line::toxic(ToxicType::latency));
  const auto again = line.proxy->add(Line::toxic(ToxicType::latency));
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().message ==
        "the proxy 'api' has a toxic 'latency_downstream' already: give this one another name");
  CHECK(line.proxy->remove("other").error().message == "the proxy 'api' has no toxic 'other'");
  auto up = Line::toxic(ToxicType::latency);
  up.stream = proxy::Direction::upstream;
  line.add(up);
  REQUIRE(line.proxy->toxics().size() == 2);
  CHECK(line.proxy->toxics()[0]->name == "latency_upstream");
  line.proxy->remove_all();
  CHECK(line.proxy->toxics().empty());
}

TEST_CASE("a set of proxies keeps one of each name", "[proxy]") {
  Line line;
  ProxySet set(*line.loop, 1);
  REQUIRE(set.add({.name = "db", .listen = "127.0.0.1:9100", .upstream = "127.0.0.1:8007"}).has_value());
  CHECK(set.add({.name = "db", .listen = "127.0.0.1:9101", .upstream = "a:1"}).error().message ==
        "there is a proxy 'db' already");
  proxy::Proxy* const first = set.find("db");
  CHECK(*set.add_or_replace({.name = "db", .listen = "localhost:9100", .upstream = "127.0.0.1:8007"}) == first);
  const auto other = set.add_or_replace({.name = "db", .listen = "127.0.0.1:9100", .upstream = "127.0.0.1:8008"});
  REQUIRE(other.has_value());
  CHECK((*other)->upstream() == "127.0.0.1:8008");
  CHECK(set.remove("db"));
  CHECK_FALSE(set.remove("db"));
}

TEST_CASE("a reset enables every proxy and takes its toxics", "[proxy]") {
  Line line;
  ProxySet set(*line.loop, 1);
  auto db = set.add({.name = "db", .listen = "127.0.0.1:9100", .upstream = "127.0.0.1:8007", .enabled = false});
  REQUIRE(db.has_value());
  REQUIRE((*db)->add(Line::toxic(ToxicType::latency)).has_value());
  REQUIRE(set.reset().has_value());
  CHECK((*db)->enabled());
  CHECK((*db)->toxics().empty());
}

}  // namespace thresher::test
