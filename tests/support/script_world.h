#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bindings/scenario_runner.h"
#include "event/virtual_world.h"
#include "http/server.h"
#include "metrics/totals.h"
#include "support/script_folder.h"

namespace thresher::test {

/// Scenario files, the runners that perform them and a server they talk to, all in one virtual world: what a scenario
/// author's line leads to, without sockets, threads or sleeping. Plays the engine's part on request.
class ScriptWorld final : engine::RunPort {
 public:
  struct Ended {
    engine::UserNumber user;
    engine::IterationEnd end;
  };

  explicit ScriptWorld(unsigned workers = 1);
  ~ScriptWorld() override;

  /// Before start(). The first file is the scenario; name it "flow.lua" to find it in messages.
  void file(std::string_view name, std::string_view text);
  void scenario(std::string_view text) { file("flow.lua", text); }
  /// One task of one scenario on http://127.0.0.1:8007.
  void task(std::string_view body, std::string_view scenario_options = "");
  bindings::ScenarioOptions& options() { return options_; }
  profile::Plan& plan() { return plan_; }

  /// Loads; the error is the author's.
  Result<void> try_start();
  void start();

  /// What the server answers on any port; by default 200 and {"status":"healthy"}.
  http::Server::Handler handler;
  /// A handler that never answers.
  http::Server::Handler silence();
  /// A handler that begins a 200 of this content type, writes each piece that long after the one before, and ends the
  /// answer unless `open`.
  http::Server::Handler pieces(std::string content_type, std::vector<std::pair<Nanoseconds, std::string>> pieces,
                               bool open = false);
  /// Listens on every port of the Leveredge fleet.
  void serve_fleet();
  std::vector<std::string> requests;  ///< "GET /health" ... in the order they came
  std::string last_head, last_body;

  engine::IterationRunner& runner(engine::UserNumber user = 0) { return *runners_[user % runners_.size()]; }
  void add_user(engine::UserNumber user = 0, std::size_t scenario = 0);
  /// Runs one iteration of the user to its end.
  engine::IterationEnd iterate(engine::UserNumber user = 0);
  void begin(engine::UserNumber user = 0);
  engine::IterationEnd arrive(engine::UserNumber user, std::uint64_t arrival);
  void retire(engine::UserNumber user = 0);
  void run_for(Nanoseconds duration);
  Nanoseconds now() const { return world_.now().time_since_epoch(); }

  std::vector<Ended> ended;
  std::vector<engine::UserNumber> retired;
  std::vector<std::string> said;     ///< print()
  std::vector<std::string> history;  ///< events recorded
  std::string said_text() const;     ///< without the "flow.lua: " of each line
  std::vector<std::string> aborted, failed;

  /// Everything recorded so far.
  const metrics::Totals& totals();
  metrics::Aggregate metric(std::string_view name, metrics::TagFilter filter = {});
  /// The first uncaught error, "" when there was none; its traceback.
  std::string error();
  std::string traceback();

 private:
  struct Events;

  void abort(std::string why) override { aborted.push_back(std::move(why)); }
  void mark_failed(std::string why) override { failed.push_back(std::move(why)); }
  void say(std::string line) override { said.push_back(std::move(line)); }
  void record(std::string event) override { history.push_back(std::move(event)); }

  ScriptFolder folder_;
  bindings::ScenarioOptions options_;
  profile::Plan plan_;
  event::VirtualWorld world_;
  std::unique_ptr<event::Loop> server_loop_;
  std::unique_ptr<http::Server> server_;
  struct Pouring;
  std::vector<std::shared_ptr<Pouring>> pouring_;             ///< likewise
  std::vector<std::unique_ptr<http::Responder>> unanswered_;  ///< they point into the server: gone before it
  std::unique_ptr<Events> events_;
  std::vector<std::unique_ptr<event::Loop>> loops_;
  std::vector<std::unique_ptr<metrics::Recorder>> recorders_;
  std::vector<std::unique_ptr<engine::IterationRunner>> runners_;
  std::map<engine::UserNumber, std::uint64_t> iterations_;
  metrics::Totals totals_;
};

}  // namespace thresher::test
