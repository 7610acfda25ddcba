#include "support/script_world.h"

#include "event/timer.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

namespace thresher::test {

struct ScriptWorld::Events final : engine::RunnerEvents {
  explicit Events(ScriptWorld& owner) : world(owner) {}
  void iteration_ended(engine::UserNumber user, const engine::IterationEnd& end) override {
    world.ended.push_back({user, end});
  }
  void user_retired(engine::UserNumber user) override { world.retired.push_back(user); }
  ScriptWorld& world;
};

ScriptWorld::ScriptWorld(unsigned workers)
    : server_loop_(world_.make_loop()), events_(std::make_unique<Events>(*this)) {
  plan_.seed = 7;
  plan_.workers = workers;
  plan_.users = 10;
  handler = [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->respond(200, "Content-Type: application/json\r\n", R"({"status":"healthy"})");
  };
  server_ = http::Server::create(*server_loop_, [this](const http::ServerRequest& request, auto responder) {
    requests.push_back(fmt::format("{} {}", request.method, request.target));
    last_head = request.head;
    last_body = request.body;
    handler(request, std::move(responder));
  });
  for (const std::uint16_t port : {std::uint16_t{8007}, std::uint16_t{8010}})
    REQUIRE(server_->listen(event::Address::loopback(port)));
}

ScriptWorld::~ScriptWorld() {
  runners_.clear();
  recorders_.clear();
  loops_.clear();
  unanswered_.clear();
  pouring_.clear();
  server_.reset();
}

/// An answer being written piece by piece.
struct ScriptWorld::Pouring {
  Pouring(event::Loop& loop, std::unique_ptr<http::Responder> to, std::vector<std::pair<Nanoseconds, std::string>> all,
          bool stays_open)
      : responder(std::move(to)),
        pieces(std::move(all)),
        open(stays_open),
        timer(loop.timers(), [this, &loop](TimePoint) {
          responder->write_chunk(pieces[next++].second);
          go_on(loop);
        }) {
    go_on(loop);
  }
  void go_on(event::Loop& loop) {
    if (next < pieces.size()) {
      timer.start_at(loop.now() + pieces[next].first);
    } else if (!open) {
      responder->finish_stream();
    }
  }

  std::unique_ptr<http::Responder> responder;
  std::vector<std::pair<Nanoseconds, std::string>> pieces;
  bool open;
  std::size_t next = 0;
  event::Timer timer;
};

http::Server::Handler ScriptWorld::pieces(std::string content_type,
                                          std::vector<std::pair<Nanoseconds, std::string>> all, bool open) {
  return [this, type = std::move(content_type), all = std::move(all), open](
             const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->begin_stream(200, "Content-Type: " + type + "\r\n");
    pouring_.push_back(std::make_shared<Pouring>(*server_loop_, std::move(responder), all, open));
  };
}

http::Server::Handler ScriptWorld::silence() {
  return [this](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    unanswered_.push_back(std::move(responder));
  };
}

void ScriptWorld::serve_fleet() {
  for (const int port :
       {8008, 8011, 8012, 8013, 8014, 8015, 8016, 8017, 8018, 8019, 8020, 8021, 8030, 8031, 8032, 8033, 8034, 8099}) {
    REQUIRE(server_->listen(event::Address::loopback(static_cast<std::uint16_t>(port))));
  }
}

void ScriptWorld::file(std::string_view name, std::string_view text) {
  const auto path = folder_.write(name, text);
  if (options_.files.empty()) options_.files.emplace_back(path);
}

void ScriptWorld::task(std::string_view body, std::string_view scenario_options) {
  scenario(
      fmt::format("local thresher = require 'thresher' local check, group = thresher.check, thresher.group "
                  "local s = thresher.scenario {{ name = 'flow', host = 'http://127.0.0.1:8007', {} }} "
                  "s:task {{ 'step', function(user, data)\n{}\nend }}",
                  scenario_options, body));
}

Result<void> ScriptWorld::try_start() {
  auto catalogue = bindings::read_catalogue(options_);
  if (!catalogue) return fail(std::move(catalogue.error()));
  plan_.catalogue = catalogue->scenarios;
  if (plan_.scenarios.empty()) {
    for (std::size_t i = 0; i < plan_.catalogue.size(); ++i) {
      profile::PlannedScenario planned;
      planned.scenario = i;
      for (std::size_t t = 0; t < plan_.catalogue[i].tasks.size(); ++t) planned.tasks.push_back(t);
      plan_.scenarios.push_back(planned);
    }
  }
  const auto factory = bindings::make_runner_factory(options_);
  for (unsigned i = 0; i < plan_.workers; ++i) {
    loops_.push_back(world_.make_loop());
    recorders_.push_back(metrics::Recorder::create(i, {}));
    auto runner = factory({.index = i,
                           .workers = plan_.workers,
                           .plan = &plan_,
                           .loop = loops_[i].get(),
                           .recorder = recorders_[i].get(),
                           .run = this,
                           .events = events_.get()});
    if (!runner) return fail(std::move(runner.error()));
    runners_.push_back(std::move(*runner));
  }
  return {};
}

void ScriptWorld::start() {
  const auto started = try_start();
  if (!started) FAIL(to_text(started.error()));
}

void ScriptWorld::add_user(engine::UserNumber user, std::size_t scenario) {
  runner(user).add_user(user, scenario);
  iterations_[user] = 0;
}

void ScriptWorld::begin(engine::UserNumber user) {
  if (!iterations_.contains(user)) add_user(user);
  runner(user).begin(user, {.number = iterations_[user]++, .due = world_.now(), .started = world_.now()});
}

engine::IterationEnd ScriptWorld::iterate(engine::UserNumber user) {
  const auto before = ended.size();
  begin(user);
  for (int i = 0; i < 1000 && ended.size() == before; ++i) run_for(std::chrono::milliseconds(100));
  REQUIRE(ended.size() == before + 1);
  return ended.back().end;
}

engine::IterationEnd ScriptWorld::arrive(engine::UserNumber user, std::uint64_t arrival) {
  if (!iterations_.contains(user)) add_user(user);
  const auto before = ended.size();
  runner(user).begin(user, {.number = arrival, .due = world_.now(), .started = world_.now(), .open_model = true});
  for (int i = 0; i < 1000 && ended.size() == before; ++i) run_for(std::chrono::milliseconds(100));
  REQUIRE(ended.size() == before + 1);
  return ended.back().end;
}

void ScriptWorld::retire(engine::UserNumber user) {
  const auto before = retired.size();
  runner(user).retire(user);
  for (int i = 0; i < 1000 && retired.size() == before; ++i) run_for(std::chrono::milliseconds(100));
  REQUIRE(retired.size() == before + 1);
}

void ScriptWorld::run_for(Nanoseconds duration) { world_.run_until(world_.now() + duration); }

std::string ScriptWorld::said_text() const {
  std::string text;
  for (const auto& line : said) {
    const auto end = line.find(": ");
    text += (end == std::string::npos ? line : line.substr(end + 2)) + "\n";
  }
  return text;
}

const metrics::Totals& ScriptWorld::totals() {
  totals_.begin_second(world_.now(), {});
  for (auto& recorder : recorders_) totals_.add(recorder->take(world_.now()));
  return totals_;
}

metrics::Aggregate ScriptWorld::metric(std::string_view name, metrics::TagFilter filter) {
  return totals().aggregate(name, filter);
}

std::string ScriptWorld::error() {
  const auto& errors = totals().exceptions();
  return errors.empty() ? "" : errors.front().message;
}

std::string ScriptWorld::traceback() {
  const auto& errors = totals().exceptions();
  return errors.empty() ? "" : errors.front().traceback;
}

}  // namespace thresher::test
