#pragma once

#include <memory>
#include <vector>

#include "base/random.h"
#include "bindings/event_stream.h"
#include "bindings/holdings.h"
#include "bindings/scenario.h"
#include "engine/iteration_runner.h"
#include "event/timer.h"
#include "http/client.h"
#include "http/cookie_jar.h"
#include "script/vm.h"

namespace thresher::metrics {
class RequestSeries;
}

namespace thresher::bindings {

class Runner;
struct Endpoint;

/// A group's path ("::login::form"), made once per runner; its address is its identity.
struct GroupPath {
  std::string text;
};

/// The scenario as one plan runs it.
struct PlannedScenario {
  const Scenario* scenario = nullptr;
  std::vector<const Activity*> tasks;  ///< those the selection left
  std::vector<double> weights_until;   ///< running sum of their weights
  LuaReference data = kNone;           ///< what setup() returned, for this scenario's users
};

/// What the user's coroutine is doing, between begin and iteration_ended.
enum class Stage : std::uint8_t {
  idle,
  on_start,
  task,
  pause,          ///< between two tasks of a sequential scenario
  wait_function,  ///< the scenario's own function says how long to think
  on_stop,
  setup,  ///< setup or teardown: not a user of the plan
};

/// What a parked coroutine waits for; each is cancelled in its own way (Runner::cancel_wait).
enum class Waiting : std::uint8_t { nothing, request, event, sleep, answer, process, end };

/// The one request a user may have under way.
struct Flight {
  http::Exchange* exchange = nullptr;
  Endpoint* endpoint = nullptr;  ///< a counted reference
  metrics::RequestSeries* series = nullptr;
  Nanoseconds timeout{}, connect_timeout{};
  std::size_t max_body = 0;
  int redirects_left = 0;
  bool followed = false;                ///< a redirect
  std::string sent;                     ///< the request's bytes; only kept in a walk
  bool has_expect = false;              ///< options.expect judges the status
  Nanoseconds silence{};                ///< of a stream: the longest between two pieces
  bool opened = false;                  ///< a stream whose script has had the head ...
  bool opened_as_expected = false;      ///< ... which counted as a success
  std::unique_ptr<EventStream> stream;  ///< open, or ended with events that wait; nullptr: an ordinary request
};

/// One virtual user: its coroutine, its table, its connections, and where it stands.
///
///   idle --begin--> on_start (first time) --> task ... task --> wait_function (if any) --> idle    iteration_ended
///   idle --retire--> on_stop (if on_start is behind it) --> gone                                    user_retired
///
/// An error ends the iteration as failed, an interruption as interrupted; both throw the coroutine away.
struct User final : http::ResponseReceiver {
  /// `plan` is nullptr for the one who runs setup and teardown.
  User(Runner& runner, engine::UserNumber number, const Scenario& scenario, const PlannedScenario* plan,
       RandomStream random);
  ~User();
  User(const User&) = delete;
  User& operator=(const User&) = delete;

  void on_response(const http::Response& response) override;

  Runner& runner;
  const engine::UserNumber number;
  const Scenario* const scenario;
  const PlannedScenario* const plan;
  script::Coroutine coroutine;
  LuaReference table = kNone;
  RandomStream random;
  engine::Iteration iteration;
  TimePoint began{};
  const Activity* activity = nullptr;  ///< what runs now
  const GroupPath* group = nullptr;    ///< nullptr: the root
  std::uint32_t next_task = 0;         ///< of a sequential scenario
  Stage stage = Stage::idle;
  Waiting waiting = Waiting::nothing;
  engine::IterationResult result = engine::IterationResult::ok;  ///< of the iteration, while wait_function runs
  bool started = false;                                          ///< on_start is behind it
  TimePoint ended{};
  std::unique_ptr<event::Timer> timer;  ///< made by the first sleep
  Flight flight;
  std::unique_ptr<http::Session> session;  ///< made by the first request
  http::CookieJar cookies;
  std::unique_ptr<Holdings> holdings;  ///< made by the first process or recovery kit of an iteration
  std::vector<std::uint32_t> draws;  ///< rows taken so far, by index of the data file
};

/// The user whose script calls; raises "WHAT: only a virtual user can do this ..." outside one.
User& user_of(lua_State* state, const char* what);
/// The same for a call that is going to wait: raises where the script could not be parked.
User& waiting_user(lua_State* state, const char* what);

}  // namespace thresher::bindings
