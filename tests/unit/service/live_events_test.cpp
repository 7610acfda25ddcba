// A run's events on their way to many browsers: over a real socket from a real control server, and reader by reader.
#include <fmt/format.h>
#include <atomic>

#include <catch2/catch.hpp>

#include "control/directory.h"
#include "control/server.h"
#include "event/timer.h"
#include "event/uv_loop.h"
#include "event/virtual_world.h"
#include "service/live/event_reader.h"
#include "service/live/live_runs.h"
#include "support/temporary_folder.h"

using namespace thresher;
using namespace thresher::service;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// What a browser got, which outlives its responder.
struct Browser {
  std::string heard;
  bool takes = true;  ///< false: it reads too slowly
  bool finished = false, destroyed = false;
  std::function<void()> on_gone, on_writable;

  std::size_t count(std::string_view event) const {
    std::size_t found = 0;
    const std::string line = "event: " + std::string(event) + "\n";
    for (std::size_t at = 0; (at = heard.find(line, at)) != std::string::npos; at += line.size()) ++found;
    return found;
  }
  /// Whether it is still there: responders may outlive their browser.
  std::shared_ptr<bool> open = std::make_shared<bool>(true);
  ~Browser() { *open = false; }
};

class BrowserResponder final : public http::Responder {
 public:
  explicit BrowserResponder(Browser& browser) : browser_(browser), open_(browser.open) {}
  ~BrowserResponder() override {
    if (*open_) browser_.destroyed = true;
  }
  void respond(int, std::string_view, std::string_view) override {}
  void respond_raw(std::string_view, bool) override {}
  void reset() override {}
  void begin_stream(int, std::string_view) override {}
  bool write_chunk(std::string_view bytes) override {
    browser_.heard += bytes;
    return browser_.takes;
  }
  void finish_stream() override { browser_.finished = true; }
  void on_writable(std::function<void()> callback) override { browser_.on_writable = std::move(callback); }
  void on_gone(std::function<void()> callback) override { browser_.on_gone = std::move(callback); }

 private:
  Browser& browser_;
  std::shared_ptr<const bool> open_;
};

Frame frame(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

/// Runs a real loop until something is so; an error after ten seconds.
void run_until(event::Loop& loop, const std::function<bool()>& so) {
  bool late = false;
  event::Timer limit(loop.timers(), [&](TimePoint) {
    late = true;
    loop.stop();
  });
  limit.start_at(loop.now() + 10s);
  event::Timer look(loop.timers(), [&](TimePoint now) {
    if (so()) return loop.stop();
    look.start_at(now + 1ms);
  });
  look.start_at(loop.now());
  loop.run();
  REQUIRE_FALSE(late);
}

/// A run that listens and tells what it is told to.
struct Told {
  test::TemporaryFolder folder;
  std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  std::atomic<int> asked = 0;  ///< for its status, on the run's thread
  std::unique_ptr<control::Server> run;
  LiveRuns live{*loop, folder.path(), [](const std::string& id) {
                  return Json{{"exit_code", nullptr}, {"word", "LOST"}, {"id", id}};
                }};

  explicit Told(const std::string& id = "p42") { listen(id, 7); }

  void listen(const std::string& id, int process) {
    auto server =
        control::Server::start(control::socket_of(folder.path(), id), [this](control::Order order, auto done) {
          if (order.kind == control::Order::Kind::status) ++asked;
          if (order.kind == control::Order::Kind::pause)
            done(fail(ErrorCode::invalid_argument, "a run that is stopping cannot be paused"));
          else
            done(std::string(R"({"run":{},"phase":"running","second":{"phase":"running"}})"));
        });
    REQUIRE(server);
    run = std::move(*server);
    run->begin(fmt::format(R"({{"id":"p42","name":"soak","kind":"run","process":{}}})", process));
  }

  void watch(Browser& browser) {
    std::unique_ptr<http::Responder> responder = std::make_unique<BrowserResponder>(browser);
    REQUIRE(live.watch("p42", responder));
  }
};

}  // namespace

TEST_CASE("a browser that reads too slowly misses seconds, and neither a line of the log nor the end",
          "[unit][service]") {
  event::VirtualWorld world;
  const auto loop = world.make_loop();
  Browser browser;
  EventReader reader(*loop, std::make_unique<BrowserResponder>(browser));
  browser.takes = false;
  reader.second(frame("event: second\ndata: 1\n\n"));
  for (const char* second : {"2", "3", "4"})
    reader.second(frame(std::string("event: second\ndata: ") + second + "\n\n"));
  reader.other(frame("event: log\ndata: {}\n\n"));
  reader.last(frame("event: end\ndata: {}\n\n"));
  CHECK(browser.count("second") == 1);
  CHECK(browser.count("end") == 0);

  browser.takes = true;
  browser.on_writable();
  CHECK(browser.count("second") == 2);
  CHECK_THAT(browser.heard, Contains("data: 4") && !Contains("data: 2") && !Contains("data: 3"));
  CHECK(browser.count("log") == 1);
  CHECK(browser.heard.ends_with("event: end\ndata: {}\n\n"));
  CHECK(browser.finished);
}

TEST_CASE("what waits for a browser that never reads has an upper bound", "[unit][service]") {
  event::VirtualWorld world;
  const auto loop = world.make_loop();
  Browser browser;
  EventReader reader(*loop, std::make_unique<BrowserResponder>(browser));
  browser.takes = false;
  reader.second(frame("x"));
  for (std::size_t line = 0; line < 10 * EventReader::kMostWaiting; ++line) reader.other(frame("event: log\n"));
  browser.takes = true;
  browser.on_writable();
  CHECK(browser.count("log") == EventReader::kMostWaiting);
}

TEST_CASE("a silent stream says every 15 seconds that it lives", "[unit][service]") {
  event::VirtualWorld world;
  const auto loop = world.make_loop();
  Browser browser;
  EventReader reader(*loop, std::make_unique<BrowserResponder>(browser));
  CHECK(browser.heard == "retry: 1000\n\n");
  reader.tick();
  CHECK(browser.heard == "retry: 1000\n\n");
  world.run_until(world.now() + 15s);
  reader.tick();
  reader.tick();
  CHECK(browser.heard == "retry: 1000\n\n:\n\n");
}

TEST_CASE("fifty browsers share one connection and hear the same bytes", "[unit][service]") {
  Told told;
  std::vector<Browser> browsers(50);
  for (Browser& browser : browsers) told.watch(browser);
  run_until(*told.loop, [&] { return browsers.back().count("begin") == 1; });
  told.run->second(R"({"phase":"running","point":{"elapsed_s":1}})", R"({"elapsed_s":1})");
  told.run->log(R"({"at":"x","kind":"note","text":"deploy"})");
  told.run->end(R"({"exit_code":0,"word":"PASSED"})");
  run_until(*told.loop, [&] { return browsers.back().finished; });
  for (const Browser& browser : browsers) {
    CHECK(browser.heard == browsers.front().heard);
    CHECK(browser.finished);
  }
  CHECK(browsers.front().count("second") == 1);
  CHECK_THAT(browsers.front().heard, Contains("\"name\":\"soak\"") && Contains("deploy") && Contains("PASSED"));
  CHECK(told.live.readers() == 50);
}

TEST_CASE("a browser that comes later gets a beginning with the past, and the end of a run that is over",
          "[unit][service]") {
  Told told;
  Browser first, later, last;
  told.watch(first);
  run_until(*told.loop, [&] { return first.count("begin") == 1; });
  for (int second = 1; second <= 3; ++second) {
    const std::string point = "{\"elapsed_s\":" + std::to_string(second) + "}";
    told.run->second("{\"users\":" + std::to_string(second) + ",\"point\":" + point + "}", point);
  }
  run_until(*told.loop, [&] { return first.count("second") == 3; });
  told.live.add_log("p42", WallTime{}, "output", "a line of its process");
  told.watch(later);
  CHECK_THAT(later.heard, Contains(R"("points":[{"elapsed_s":1},{"elapsed_s":2},{"elapsed_s":3}])") &&
                              Contains(R"("second":{"users":3)") && Contains("a line of its process"));
  CHECK(first.count("log") == 1);

  told.run->end(R"({"exit_code":99})");
  run_until(*told.loop, [&] { return first.finished; });
  told.watch(last);
  CHECK(last.count("begin") == 1);
  CHECK(last.heard.ends_with("event: end\ndata: {\"exit_code\":99}\n\n"));
  CHECK(last.finished);
}

TEST_CASE("the curves of a long run keep a bounded number of points", "[unit][service]") {
  Told told;
  Browser browser;
  told.watch(browser);
  run_until(*told.loop, [&] { return browser.count("begin") == 1; });
  constexpr int kSeconds = 8000;
  for (int second = 1; second <= kSeconds; ++second) {
    const std::string point = "{\"elapsed_s\":" + std::to_string(second) + "}";
    told.run->second("{\"point\":" + point + "}", point);
  }
  run_until(*told.loop, [&] { return browser.count("second") == kSeconds; });
  Browser later;
  told.watch(later);
  const std::size_t begin = later.heard.find("data: ") + 6;
  const Json data = Json::parse(later.heard.substr(begin, later.heard.find('\n', begin) - begin));
  const Json& points = data.at("points");
  CHECK(points.size() <= WatchedRun::kPoints);
  CHECK(points.size() > WatchedRun::kPoints / 3);
  CHECK(points.front().at("elapsed_s") == 1);
  const int step = points[1].at("elapsed_s").get<int>() - points[0].at("elapsed_s").get<int>();
  CHECK(step == 4);
  for (std::size_t i = 2; i < points.size(); ++i)
    CHECK(points[i].at("elapsed_s").get<int>() - points[i - 1].at("elapsed_s").get<int>() == step);
}

TEST_CASE("a run that dies without a word gets an end from the host", "[unit][service]") {
  Told told;
  Browser browser;
  told.watch(browser);
  run_until(*told.loop, [&] { return browser.count("begin") == 1; });
  told.run.reset();
  run_until(*told.loop, [&] { return browser.finished; });
  CHECK_THAT(browser.heard, Contains(R"("word":"LOST")"));
}

TEST_CASE("a run that was lost and is continued by another process is watched anew", "[unit][service]") {
  Told told;
  const auto process = [&told] {
    Json runs;
    told.live.list([&](Json listed) { runs = std::move(listed); });
    run_until(*told.loop, [&] { return !runs.is_null(); });
    return runs.empty() ? 0 : runs.at(0).at("process").get<int>();
  };
  Browser first;
  told.watch(first);
  run_until(*told.loop, [&] { return first.count("begin") == 1; });
  CHECK(process() == 7);
  told.run.reset();
  run_until(*told.loop, [&] { return first.finished; });
  first.on_gone();
  told.listen("p42", 8);
  int looks = 0;
  while (process() != 8 && ++looks < 10'000) {  // it looks at the folder five times a second
  }
  CHECK(process() == 8);
  Browser second;
  told.watch(second);
  run_until(*told.loop, [&] { return second.count("begin") == 1; });
  CHECK_THAT(second.heard, Contains(R"("process":8)"));
  CHECK_FALSE(second.finished);
}

TEST_CASE("runs are listed, described and steered over their sockets, and a refusal keeps its words",
          "[unit][service]") {
  Told told;
  Json listed;
  told.live.list([&](Json runs) { listed = std::move(runs); });
  run_until(*told.loop, [&] { return !listed.is_null(); });
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("id") == "p42");
  CHECK(listed[0].at("name") == "soak");
  CHECK(listed[0].at("second").at("phase") == "running");

  std::optional<Result<std::string>> paused, nobody;
  told.live.ask("p42", {.kind = control::Order::Kind::pause}, [&](Result<std::string> done) { paused = done; });
  told.live.ask("p43", {.kind = control::Order::Kind::stop}, [&](Result<std::string> done) { nobody = done; });
  run_until(*told.loop, [&] { return paused && nobody; });
  CHECK(paused->error().message == "a run that is stopping cannot be paused");
  CHECK(nobody->error().code == ErrorCode::not_found);
  std::unique_ptr<http::Responder> responder;
  CHECK_FALSE(told.live.watch("p43", responder));
}

TEST_CASE("however many ask how a run stands, it is asked once", "[unit][service]") {
  Told told;
  int answered = 0;
  for (int browser = 0; browser < 50; ++browser)
    told.live.last_second("p42", [&](const Result<std::string>& second) {
      CHECK(second.value_or("") == R"({"phase":"running"})");
      ++answered;
    });
  run_until(*told.loop, [&] { return answered == 50; });
  CHECK(told.asked == 1);
}

TEST_CASE("only runs that are new since the last look are told as new", "[unit][service]") {
  Told told;
  CHECK(told.live.new_ids() == std::vector<std::string>{"p42"});
  CHECK(told.live.new_ids().empty());
  const auto another = control::Server::start(control::socket_of(told.folder.path(), "p77"), [](auto, auto) {});
  REQUIRE(another);
  std::vector<std::string> found;
  run_until(*told.loop, [&] { return !(found = told.live.new_ids()).empty(); });
  CHECK(found == std::vector<std::string>{"p77"});
}
