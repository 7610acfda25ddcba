#include "service/live/live_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "service/answer.h"

namespace thresher::service {
namespace {

using Kind = control::Order::Kind;

/// An answer that comes later: the callbacks that may give it share the responder.
using Waiting = std::shared_ptr<http::Responder>;

constexpr std::string_view kRuns = R"({"type":"object","required":["runs"],"properties":{"runs":{"type":"array"}}})";
constexpr std::string_view kDigest = R"({"type":"object","description":"the digest of a second"})";
constexpr std::string_view kId = R"({"type":"object","required":["id"],"properties":{"id":{"type":"string"}}})";
constexpr std::string_view kDone = R"({"type":"object","required":["ok"],"properties":{"ok":{"const":true}}})";
constexpr std::string_view kDoneText = R"({"ok":true})";
constexpr std::size_t kLongestNote = 1000;  // bytes, as of control's Order

int status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::timeout:
    case ErrorCode::io:
    case ErrorCode::cancelled:
      return 503;
    default:
      return 409;  // the run is there and refuses
  }
}

std::string no_such_run(std::string_view id) {
  return fmt::format(
      "no run '{0}' goes on; GET /api/live lists those that do, and GET /api/history/{0} has it if it "
      "ended and was recorded",
      id);
}

Endpoint endpoint(std::string_view method, std::string_view path, std::string_view summary, std::string_view answer,
                  std::function<void(Call&)> handle) {
  Endpoint made;
  made.method = method;
  made.path = path;
  made.tag = "live";
  made.summary = summary;
  made.answer = answer;
  made.handle = std::move(handle);
  return made;
}

}  // namespace

void LiveApi::add_to(Router& router) {
  Endpoint started = endpoint("POST", "/api/live", "Starts a run or a rehearsal: a process `thresher run ...`", kId,
                              [this](Call& call) { start(call); });
  started.body = form_members();
  started.example = R"({"files":["scripts/health_checks.lua"],"profile":"light","stand_ins":["leveredge"]})";
  started.status = 201;
  started.failures = "422 503";
  router.add(std::move(started));
  router.add(endpoint("GET", "/api/live", "Runs that go on, newest first", kRuns, [this](Call& call) { list(call); }));

  const auto add = [&](std::string_view method, std::string_view path, std::string_view summary,
                       std::string_view answer, std::function<void(Call&)> handle) -> Endpoint& {
    Endpoint made = endpoint(method, path, summary, answer, std::move(handle));
    made.failures = method == "GET" ? "404 503" : "404 409 503";
    return router.add(std::move(made));
  };
  add("GET", "/api/live/{id}", "How one stands: the digest of its last second", kDigest,
      [this](Call& call) { show(call); });
  add("GET", "/api/live/{id}/events", "Its events as they happen: begin, second, log, end", "", [this](Call& call) {
    events(call);
  }).media_type = "text/event-stream";
  constexpr std::array<std::tuple<std::string_view, std::string_view, Kind>, 4> kOrders{
      {{"/api/live/{id}/pause", "Starts nothing new until it is resumed", Kind::pause},
       {"/api/live/{id}/resume", "Goes on after a pause", Kind::resume},
       {"/api/live/{id}/stop", "Lets iterations in progress end, then writes the report", Kind::stop},
       {"/api/live/{id}/kill", "Ends iterations in progress now, and still writes the report", Kind::kill}}};
  for (const auto& [path, summary, kind] : kOrders)
    add("POST", path, summary, kDone, [this, order = kind](Call& call) { steer(call, order); });
  Endpoint& scaled = add("POST", "/api/live/{id}/scale", "Changes the users, or the rate, of a run that allows it",
                         kDone, [this](Call& call) { scale(call); });
  scaled.body = R"({"users":{"type":"integer"},"rate":{"type":"number","description":"arrivals per second"}})";
  scaled.example = R"({"users":50})";
  Endpoint& noted = add("POST", "/api/live/{id}/notes", "A note on the timeline; of a run of the history, too", kDone,
                        [this](Call& call) { note(call); });
  noted.body = R"({"text":{"type":"string"}})";
  noted.example = R"({"text":"deploy begins"})";
}

void LiveApi::start(Call& call) {
  const auto form = parse_form(call.request.body);
  if (!form) return answer_error(*call.responder, 400, form.error().message);
  const Waiting responder = std::move(call.responder);
  children_.start(*form, [responder](const Result<std::string>& id) {
    if (id) return answer_json(*responder, 201, {{"id", *id}});
    answer_error(*responder, id.error().code == ErrorCode::invalid_argument ? 422 : 503, to_text(id.error()));
  });
}

void LiveApi::list(Call& call) {
  const Waiting responder = std::move(call.responder);
  live_.list([responder](Json runs) { answer_json(*responder, 200, {{"runs", std::move(runs)}}); });
}

void LiveApi::show(Call& call) {
  const std::string id(call.id);
  const Waiting responder = std::move(call.responder);
  live_.last_second(id, [responder, id](const Result<std::string>& second) {
    if (second) return answer_json_text(*responder, 200, *second);
    const int status = status_of(second.error());
    answer_error(*responder, status, status == 404 ? no_such_run(id) : to_text(second.error()));
  });
}

void LiveApi::events(Call& call) {
  if (call.is_head())
    return call.responder->respond(200, "Content-Type: text/event-stream\r\nCache-Control: no-store\r\n", {});
  if (!live_.watch(std::string(call.id), call.responder)) answer_error(*call.responder, 404, no_such_run(call.id));
}

void LiveApi::steer(Call& call, Kind kind) { obey(call, {.kind = kind}); }

void LiveApi::scale(Call& call) {
  const Json body = Json::parse(call.request.body, nullptr, false);
  const auto users = body.is_object() ? body.value("users", Json()) : Json();
  const auto rate = body.is_object() ? body.value("rate", Json()) : Json();
  control::Order order{.kind = Kind::scale};
  if (users.is_number_unsigned() && rate.is_null())
    order.users = users.get<std::uint64_t>();
  else if (rate.is_number() && rate.get<double>() >= 0 && users.is_null())
    order.rate = rate.get<double>();
  else
    return answer_error(*call.responder, 400,
                        R"(expected {"users": 50}, a whole number, or {"rate": 120.5}, per second; either of them)");
  obey(call, order);
}

void LiveApi::note(Call& call) {
  const Json body = Json::parse(call.request.body, nullptr, false);
  const Json text = body.is_object() ? body.value("text", Json()) : Json();
  const std::string said = text.is_string() ? std::string(trim(text.get<std::string>())) : std::string();
  if (said.empty() || said.size() > kLongestNote)
    return answer_error(*call.responder, 400,
                        fmt::format(R"(expected {{"text": "deploy begins"}}, 1 to {} bytes)", kLongestNote));
  const auto& going_on = live_.ids();
  if (std::find(going_on.begin(), going_on.end(), call.id) != going_on.end())
    return obey(call, {.kind = Kind::note, .text = said});
  if (store_ == nullptr) return answer_error(*call.responder, 404, no_such_run(call.id));
  if (auto noted = store_->annotate(std::string(call.id), said); !noted)
    return answer_error(*call.responder, status_of(noted.error()), to_text(noted.error()));
  answer_json_text(*call.responder, 200, kDoneText);
}

void LiveApi::obey(Call& call, const control::Order& order) {
  const std::string id(call.id);
  const Waiting responder = std::move(call.responder);
  live_.ask(id, order, [responder, id](const Result<std::string>& done) {
    if (done) return answer_json_text(*responder, 200, kDoneText);
    const int status = status_of(done.error());
    answer_error(*responder, status, status == 404 ? no_such_run(id) : to_text(done.error()));
  });
}

}  // namespace thresher::service
