#include "desk.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "thresher/random.hpp"

namespace recovery_test {

using thresher::plugin::AnswerKind;

Desk::Desk(const std::string& options, std::uint64_t seed)
    // The platform's seconds begin anywhere within ours, or a fault of whole seconds would look the same every time.
    : wall_(1'800'000'000s + Nanoseconds(static_cast<std::int64_t>(thresher::Random(seed, 77).below(1'000'000'000)))) {
  REQUIRE(registry_.load(RECOVERY));
  auto made = registry_.target("recovery").value()->create(options, seed);
  if (!made) FAIL(made.error().message);
  target_ = std::move(*made);
}

Reply Desk::ask_at(Nanoseconds at, std::uint16_t port, std::string_view method, std::string_view path,
                   const Json& body) {
  const bool ledger = path == "/ledger";
  const std::string text = body.is_null() || ledger ? std::string() : body.dump();
  const std::string query = ledger ? "workflow=" + body.get<std::string>() : std::string();
  const auto answer = target_->handle({.port = port,
                                       .number = requests_++,
                                       .connection = 1,
                                       .now = at,
                                       .wall = thresher::WallTime(wall_ + at),
                                       .method = method,
                                       .path = path,
                                       .query = query,
                                       .headers = "",
                                       .body = text});
  Reply reply{.status = answer.kind == AnswerKind::whole ? answer.status : 0,
              .body = {},
              .sent = at,
              .heard = at + answer.after};
  if (reply.status != 0 && !answer.body.empty()) reply.body = Json::parse(answer.body);
  return reply;
}

Reply Desk::ask(std::uint16_t port, std::string_view method, const std::string& path, const Json& body) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    Reply reply = ask_at(now_, port, method, path, body);
    now_ = reply.heard;
    if (reply.status != 0) return reply;
    wait(20ms);
  }
  FAIL("the stand-in stays down");
  return {};
}

void Desk::note_at(Nanoseconds t, std::string_view event, Json members) {
  Json line{{"t", t.count()}, {"event", event}};
  line.update(members);
  lines_.emplace_back(t, line.dump());
}

std::vector<std::string> Desk::lines() && {
  std::stable_sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> lines;
  for (auto& [t, line] : lines_) lines.push_back(std::move(line));
  return lines;
}

}  // namespace recovery_test
