#include "stage.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

using namespace thresher;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(to_text(result.error()));
  return std::move(*result);
}

/// A client of the platform that writes down what it does.
class Client {
 public:
  Client(plugin::Target& target, std::uint16_t port) : target_(target), port_(port) {}

  std::pair<int, std::string> call(std::string_view method, std::string path, std::string_view body = {}) {
    plugin::TargetRequest request;
    request.port = port_;
    request.number = number_++;
    request.now = now_;
    request.wall = WallTime(now_ + std::chrono::seconds(1'800'000'000));
    request.method = method;
    request.path = path;
    request.body = body;
    request.headers = "Content-Type: application/json\r\n";
    plugin::TargetAnswer answer = target_.handle(request);
    now_ += answer.after;
    if (answer.kind != plugin::AnswerKind::whole) return {0, {}};
    return {answer.status, std::move(answer.body)};
  }

  /// `members`: JSON members after "t" and "event".
  void note(std::string_view event, const std::string& members) {
    lines_.push_back(R"({"t":)" + std::to_string(now_.count()) + R"(,"event":")" + std::string(event) + "\"" +
                     (members.empty() ? "" : ",") + members + "}");
  }
  void wait(Nanoseconds span) { now_ += span; }
  Nanoseconds now() const { return now_; }
  std::vector<std::string> lines() && { return std::move(lines_); }

 private:
  plugin::Target& target_;
  std::uint16_t port_;
  Nanoseconds now_{};
  std::uint64_t number_ = 0;
  std::vector<std::string> lines_;
};

bool terminal(const std::string& status) {
  return status == "completed" || status == "completed_with_failures" || status == "failed" || status == "error";
}

std::string in_quotes(const std::string& text) { return "\"" + text + "\""; }

/// The platform's word about the whole, which is the first status in its answers; parsing them whole, look by look,
/// would take most of the test's time.
std::string status_of(const std::string& answer) {
  constexpr std::string_view kKey = "\"status\":\"";
  const std::size_t from = answer.find(kKey);
  if (from == std::string::npos) return {};
  return answer.substr(from + kKey.size(), answer.find('"', from + kKey.size()) - from - kKey.size());
}

/// Looks until the item has ended, then again.
void watch(Client& client, const std::string& path, const Stage::Play& play) {
  const Nanoseconds since = client.now();
  std::string status;
  for (int look = 0; look < play.looks_at_most; ++look, client.wait(2s)) {
    const auto [http, body] = client.call("GET", path);
    status = http == 200 ? status_of(body) : "";
    if (!terminal(status)) {
      client.note("poll", R"("item":"item-1","http":)" + std::to_string(http) +
                              (status.empty() ? "" : R"(,"status":)" + in_quotes(status)));
      continue;
    }
    client.note("result", R"("item":"item-1","answer":)" + body);
    for (int again = 0; again < play.reads_after_end; ++again) {
      client.wait(1s);
      client.note("result", R"("item":"item-1","answer":)" + client.call("GET", path).second);
    }
    return;
  }
  client.note("gave_up", R"("item":"item-1","waited_ms":)" + std::to_string((client.now() - since) / 1ms) +
                             R"(,"status":)" + in_quotes(status));
}

void read_fleet_back(Client& client, const std::string& fleet) {
  const auto [status, body] = client.call("GET", "/api/v1/stress-test/fleet");
  if (status == 200) client.note("read_back", R"("item":"fleet","sent":)" + fleet + R"(,"got":)" + body);
}

}  // namespace

Stage::Stage() {
  for (const char* library : {FARM_GENERATOR, AOA, ORACLE}) {
    const auto loaded = registry_.load(library);
    if (!loaded) FAIL(to_text(loaded.error()));
  }
  generator_ = must(must(registry_.generator("farm"))->create("{}", 1));
}

std::string Stage::generate(std::string_view product, const std::string& parameters) {
  const std::size_t index = must(must(registry_.generator("farm"))->product(product));
  std::string out;
  const auto made = generator_->generate(index, parameters, out);
  if (!made) FAIL(to_text(made.error()));
  return out;
}

std::vector<std::string> Stage::play(const Play& play) {
  const plugin::TargetType* type = must(registry_.target("aoa"));
  const auto target = must(type->create(play.target, play.seed));
  Client client(*target, type->endpoints().front().port);
  const bool scenario = play.workflow_type.empty();

  Json parameters = Json::parse(play.parameters);
  parameters["seed"] = play.seed;
  Json of_fleet{{"seed", play.seed}, {"scale", parameters.value("scale", "small")}};
  const std::string fleet = generate("fleet", of_fleet.dump());
  if (scenario)
    parameters["pushed"] = true;
  else
    parameters["workflow_type"] = play.workflow_type;
  const std::string document = generate(scenario ? "scenario" : "workflow", parameters.dump());

  client.note("run", R"("run":"play","seed":)" + std::to_string(play.seed) +
                         R"(,"command":"thresher rehearse scripts/farm_stress.lua --seed )" +
                         std::to_string(play.seed) + R"(","wall":1800000000)");
  client.note("fleet", R"("fleet":)" + fleet);
  const auto [ingested, told] = client.call("POST", "/api/v1/stress-test/fleet", fleet);
  client.note("fleet_answer", R"("status":)" + std::to_string(ingested) + (ingested ? R"(,"answer":)" + told : ""));
  read_fleet_back(client, fleet);

  const std::string kind = scenario ? "scenario" : "workflow", path = "/api/v1/stress-test/" + kind;
  client.note(kind, in_quotes(kind) + R"(:"item-1","document":)" + document);
  const auto [status, answer] = client.call("POST", path, document);
  if (status / 100 == 2) {
    const Json accepted = Json::parse(answer);
    const std::string id = accepted.at(scenario ? "scenario_id" : "execution_id").get<std::string>();
    client.note("accepted", R"("item":"item-1","id":)" + in_quotes(id) + R"(,"answer":)" + answer);
    watch(client, path + "/" + id, play);
  } else {
    client.note("rejected",
                R"("item":"item-1","status":)" + std::to_string(status) + (status == 0 ? R"(,"error":"timeout")" : ""));
  }
  const auto [read, counters] = client.call("GET", "/api/v1/stress-test/counters");
  if (read == 200) client.note("counters", R"("platform":)" + counters);
  client.note("run_end", R"("interrupted":false,"wall":1800000300)");
  return std::move(client).lines();
}

Stage::Judgement Stage::judge(std::string_view validator, const std::vector<std::string>& history,
                              std::string_view config) {
  struct Sink final : plugin::JudgementSink {
    Judgement judgement;
    void on_violation(plugin::Violation violation) override { judgement.violations.push_back(std::move(violation)); }
    void on_finding(plugin::Finding finding) override { judgement.findings.push_back(std::move(finding)); }
    void on_document(std::string name, std::string json) override {
      judgement.documents.emplace_back(std::move(name), std::move(json));
    }
  } sink;
  const auto instance = must(must(registry_.validator(validator))->create(config, 1, sink));
  for (const std::string& line : history)
    if (const auto heard = instance->observe(line); !heard) FAIL(to_text(heard.error()));
  if (const auto closed = instance->finish(); !closed) FAIL(to_text(closed.error()));
  return std::move(sink.judgement);
}

bool Stage::Judgement::accuses(std::string_view check) const {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const auto& finding) { return finding.check == check && finding.violations > 0; });
}

std::string Stage::Judgement::witnesses(std::string_view check) const {
  std::string all;
  for (const auto& violation : violations)
    if (violation.check == check) all += violation.subject + "\n" + violation.witness + "\n\n";
  return all;
}

std::string Stage::Judgement::complaints() const {
  std::string all;
  for (const auto& finding : findings)
    if (finding.violations > 0) all += finding.check + ": " + finding.summary + "\n" + witnesses(finding.check);
  return all;
}
