#include "control/server.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "control/client.h"
#include "control/directory.h"
#include "event/local_socket.h"
#include "event/timer.h"
#include "event/uv_loop.h"
#include "support/temporary_folder.h"

using namespace thresher;
using namespace thresher::control;
using Json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// A run that keeps what it is ordered and lets the test answer.
struct FakeRun {
  using Done = std::function<void(Result<std::string>)>;

  Obey obey() {
    return [this](Order order, Done done) {
      const std::lock_guard lock(mutex);
      orders.emplace_back(std::move(order), std::move(done));
      changed.notify_all();
    };
  }
  /// Waits until so many orders have come; whatever thread they came on.
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, 60s, [&] { return orders.size() >= count; }));
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<Order, Done>> orders;
};

/// Somebody who watches: keeps what he is told and stops the loop when a test's condition holds.
struct Watcher final : ClientEvents {
  explicit Watcher(event::Loop& its_loop) : loop(its_loop) {}
  void on_event(std::string_view event, std::string_view data) override {
    told.emplace_back(event, data);
    if (until && until()) loop.stop();
  }
  void on_closed() override {
    closed = true;
    if (!until || until()) loop.stop();
  }
  void connect(const std::filesystem::path& path) { client = Client::connect(loop, path, *this); }
  void watch() {
    client->ask({.kind = Order::Kind::watch}, [this](Result<std::string> result) {
      CHECK(result);
      answered = true;
    });
  }
  std::size_t count(const std::string& event) const {
    return static_cast<std::size_t>(
        std::count_if(told.begin(), told.end(), [&event](const auto& each) { return each.first == event; }));
  }

  event::Loop& loop;
  std::function<bool()> until;
  std::vector<std::pair<std::string, std::string>> told;
  bool answered = false, closed = false;
  std::unique_ptr<Client> client;
};

struct World {
  explicit World(Obey obey = answer_at_once()) {
    auto started = Server::start(path, std::move(obey));
    REQUIRE(started);
    server = std::move(*started);
  }
  static Obey answer_at_once() {
    return [](const Order& order, const auto& done) { done(Json(name_of(order.kind)).dump()); };
  }
  /// Runs the loop until somebody stops it; a test that waits for what never comes fails instead of hanging.
  void run() {
    bool late = false;
    event::Timer limit(loop->timers(), [&](TimePoint) {
      late = true;
      loop->stop();
    });
    limit.start_at(loop->now() + 60s);
    loop->run();
    REQUIRE_FALSE(late);
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = socket_of(folder.path(), "run");
  std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  std::unique_ptr<Server> server;
};

}  // namespace

TEST_CASE("a question is answered with what the run says to it", "[unit][control]") {
  World world([](const Order& order, const auto& done) {
    if (order.kind == Order::Kind::pause) return done(fail(ErrorCode::invalid_argument, "it is paused already"));
    if (order.kind == Order::Kind::resume) return done("");
    done(Json{{"users", order.users.value_or(0)}, {"text", order.text}}.dump());
  });
  CHECK(ask_once(world.path, {.kind = Order::Kind::scale, .users = 12}) == R"({"text":"","users":12})");
  CHECK(ask_once(world.path, {.kind = Order::Kind::note, .text = "a \"b\"\nc"}) ==
        R"({"text":"a \"b\"\nc","users":0})");
  CHECK(ask_once(world.path, {.kind = Order::Kind::resume}) == "");
  const auto refused = ask_once(world.path, {.kind = Order::Kind::pause});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "it is paused already");
  const auto too_long = ask_once(world.path, {.kind = Order::Kind::note, .text = std::string(1001, 'x')});
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().message == "note wants a text of 1 to 1000 bytes");
}

TEST_CASE("answers come in the order asked, whatever the order and the threads they are given on", "[unit][control]") {
  FakeRun run;
  World world(run.obey());
  Watcher asker{*world.loop};
  asker.connect(world.path);
  std::string answers;
  constexpr std::size_t kQuestions = 4;
  for (std::size_t i = 0; i < kQuestions; ++i) {
    asker.client->ask({.kind = Order::Kind::status}, [&](Result<std::string> result) {
      answers += result.value_or("?");
      if (answers.size() == kQuestions) world.loop->stop();
    });
  }
  std::thread answering([&] {
    run.wait_for(kQuestions);
    for (std::size_t i = kQuestions; i-- > 0;) run.orders[i].second(std::to_string(i));
  });
  world.run();
  answering.join();
  CHECK(answers == "0123");
}

TEST_CASE("whoever watches is told the story so far, then what happens, then the end", "[unit][control]") {
  World world;
  CHECK_FALSE(world.server->watched());
  world.server->begin(R"({"id":"run"})");
  world.server->second("", "1");
  world.server->log(R"({"text":"hello"})");
  Watcher watcher{*world.loop};
  watcher.connect(world.path);
  watcher.watch();
  watcher.until = [&] { return watcher.count("begin") == 1; };
  world.run();
  CHECK(watcher.answered);
  CHECK(world.server->watched());
  CHECK(watcher.told.back().second == R"({"run":{"id":"run"},"points":[1],"second":null,"log":[{"text":"hello"}]})");

  world.server->second(R"({"elapsed_s":2})", "2");
  world.server->log(R"({"text":"bye"})");
  world.server->end(R"({"exit_code":0})");
  watcher.until = [&] { return watcher.closed; };
  world.run();
  REQUIRE(watcher.told.size() == 4);
  using Told = std::pair<std::string, std::string>;
  CHECK(watcher.told[1] == Told("second", R"({"elapsed_s":2})"));
  CHECK(watcher.told[2] == Told("log", R"({"text":"bye"})"));
  CHECK(watcher.told[3] == Told("end", R"({"exit_code":0})"));

  Watcher late{*world.loop};  // the run has ended, and its process lives still
  late.connect(world.path);
  late.watch();
  late.until = [&] { return late.closed; };
  world.run();
  REQUIRE(late.told.size() == 2);
  CHECK(late.told[0] == Told("begin", R"({"run":{"id":"run"},"points":[1,2],"second":{"elapsed_s":2},"log":[{"text":)"
                                      R"("hello"},{"text":"bye"}]})"));
  CHECK(late.told[1] == Told("end", R"({"exit_code":0})"));
}

TEST_CASE("a run is not watched any more once its watchers went", "[unit][control]") {
  World world;
  {
    Watcher watcher{*world.loop};
    watcher.connect(world.path);
    watcher.watch();
    watcher.until = [&] { return watcher.count("begin") == 1; };
    world.run();
    CHECK(world.server->watched());
  }
  int asked = 0;  // the server hears of it sooner than of a thousand others
  while (world.server->watched() && ++asked < 1000) CHECK(ask_once(world.path, {.kind = Order::Kind::status}));
  CHECK_FALSE(world.server->watched());
}

TEST_CASE("a watcher that does not read misses seconds, never the end, and costs the others nothing",
          "[unit][control]") {
  World world;
  struct Stuck final : event::StreamEvents {
    void on_connected(TimePoint) override { stream->write(line_of({1, {.kind = Order::Kind::watch}})); }
    void on_bytes(std::string_view bytes, TimePoint) override {
      received += bytes;
      if (!begun && received.find("begin") != std::string::npos) {
        begun = true;
        stream->pause_reading();
        then();
      }
    }
    void on_end(Outcome, TimePoint) override { then(); }
    std::unique_ptr<event::ByteStream> stream;
    std::string received;
    std::function<void()> then;
    bool begun = false;
  } stuck;
  stuck.then = [&] { world.loop->stop(); };
  stuck.stream = std::move(*world.loop->connect_local(world.path, stuck));
  world.run();

  Watcher quick{*world.loop};
  quick.connect(world.path);
  quick.watch();
  quick.until = [&] { return quick.count("begin") == 1; };
  world.run();
  constexpr std::size_t kSeconds = 40;
  const std::string digest = '"' + std::string(1 << 20, 'x') + '"';
  for (std::size_t i = 1; i <= kSeconds; ++i) {
    world.server->second(digest, "0");
    quick.until = [&] { return quick.count("second") == i; };
    world.run();
  }
  world.server->end("{}");
  quick.until = [&] { return quick.closed; };
  world.run();
  CHECK(quick.count("second") == kSeconds);

  stuck.stream->resume_reading();
  world.run();
  const std::size_t whole = Server::kMostQueued + digest.size();
  CHECK(stuck.received.size() > digest.size());
  CHECK(stuck.received.size() < 2 * whole);
  CHECK(stuck.received.ends_with("{\"event\":\"end\",\"data\":{}}\n"));
}

TEST_CASE("nonsense is refused, too much of it ends the connection", "[unit][control]") {
  World world;
  struct Babbler final : event::StreamEvents {
    void on_connected(TimePoint) override { stream->write(words); }
    void on_bytes(std::string_view bytes, TimePoint) override { received += bytes; }
    void on_end(Outcome, TimePoint) override { loop->stop(); }
    std::unique_ptr<event::ByteStream> stream;
    std::string words, received;
    event::Loop* loop = nullptr;
  } babbler;
  babbler.loop = world.loop.get();
  babbler.words = "hello\n{\"ask\":9,\"do\":\"halt\"}\n" + std::string(1 << 20, 'x');
  babbler.stream = std::move(*world.loop->connect_local(world.path, babbler));
  world.run();
  CHECK(
      babbler.received.starts_with("{\"answer\":0,\"ok\":false,\"error\":\"expected one JSON object a line\"}\n"
                                   "{\"answer\":9,\"ok\":false,\"error\":\"do: 'halt' is none of"));
  CHECK(ask_once(world.path, {.kind = Order::Kind::status}) == "\"status\"");  // others go on
}

TEST_CASE("whoever finished asking is answered all the same", "[unit][control]") {
  FakeRun run;
  World world(run.obey());
  struct Brief final : event::StreamEvents {
    void on_connected(TimePoint) override {
      stream->write(line_of({1, {.kind = Order::Kind::status}}));
      stream->finish();
    }
    void on_bytes(std::string_view bytes, TimePoint) override { received += bytes; }
    void on_end(Outcome, TimePoint) override { loop->stop(); }
    std::unique_ptr<event::ByteStream> stream;
    std::string received;
    event::Loop* loop = nullptr;
  } brief;
  brief.loop = world.loop.get();
  brief.stream = std::move(*world.loop->connect_local(world.path, brief));
  std::thread answering([&] {
    run.wait_for(1);
    run.orders[0].second("1");
  });
  world.run();
  answering.join();
  CHECK(brief.received == "{\"answer\":1,\"ok\":true,\"result\":1}\n");
}

TEST_CASE("a server that goes refuses what is unanswered, and takes its socket along", "[unit][control]") {
  FakeRun run;
  World world(run.obey());
  Watcher asker{*world.loop};
  asker.connect(world.path);
  std::string why;
  asker.client->ask({.kind = Order::Kind::status}, [&](Result<std::string> result) {
    REQUIRE_FALSE(result);
    why = result.error().message;
  });
  std::thread going([&] {
    run.wait_for(1);
    world.server.reset();
    run.orders[0].second("1");  // too late, and harmless
  });
  asker.until = [&] { return asker.closed; };
  world.run();
  going.join();
  CHECK(why == "the run has ended");
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(world.path)));
}

TEST_CASE("one socket has one server: a living one is left alone, a dead one's place is taken", "[unit][control]") {
  World world;
  const auto second = Server::start(world.path, World::answer_at_once());
  REQUIRE_FALSE(second);
  CHECK(second.error().message == "cannot listen on " + world.path.string() + ": a living process does");
  CHECK(ask_once(world.path, {.kind = Order::Kind::status}) == "\"status\"");
}

TEST_CASE("asking where nobody listens is an error at once", "[unit][control]") {
  test::TemporaryFolder folder;
  const auto path = folder / "none.sock";
  const auto answer = ask_once(path, {.kind = Order::Kind::status});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::not_found);
  CHECK(answer.error().message == "nobody listens at " + path.string());

  const auto loop = event::make_uv_loop();
  Watcher watcher{*loop};
  SECTION("nor is there anything to watch") { watcher.connect(path); }
  SECTION("nor at a path that cannot be a socket's") { watcher.connect(folder / std::string(200, 'x')); }
  CHECK_FALSE(watcher.closed);
  loop->run();
  CHECK(watcher.closed);
}

TEST_CASE("a run that does not answer is given up on", "[unit][control]") {
  FakeRun run;
  World world(run.obey());
  const auto answer = ask_once(world.path, {.kind = Order::Kind::status}, 1ms);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::timeout);
  CHECK(answer.error().message ==
        "no answer from " + world.path.string() + " within 0.001 s: the run is busy or stopped");
}

TEST_CASE("a client may be destroyed by whom it tells, and tells nothing more", "[unit][control]") {
  World world;
  Watcher watcher(*world.loop);
  watcher.connect(world.path);
  SECTION("of an event") {
    watcher.watch();
    watcher.until = [&] {
      watcher.client.reset();
      return true;
    };
    world.server->log("1");
    world.server->end("{}");  // what follows `begin` comes with it, or right behind
    world.run();
    CHECK(watcher.told.size() == 1);
  }
  SECTION("of an answer") {
    bool second = false;
    watcher.client->ask({.kind = Order::Kind::status}, [&](const auto&) {
      watcher.client.reset();
      world.loop->stop();
    });
    watcher.client->ask({.kind = Order::Kind::status}, [&](const auto&) { second = true; });
    world.run();
    CHECK_FALSE(second);
  }
  SECTION("of the end of the connection") {
    FakeRun silent;
    auto path = socket_of(world.folder.path(), "silent");
    auto server = Server::start(path, silent.obey());
    REQUIRE(server);
    watcher.connect(path);
    int refused = 0;
    for (int i = 0; i < 2; ++i) {
      watcher.client->ask({.kind = Order::Kind::status}, [&](const auto& answer) {
        CHECK_FALSE(answer);
        ++refused;
        watcher.client.reset();
        world.loop->stop();
      });
    }
    std::thread going([&] {
      silent.wait_for(2);
      server->reset();
    });
    world.run();
    going.join();
    CHECK(refused == 1);
  }
  CHECK_FALSE(watcher.closed);
}
