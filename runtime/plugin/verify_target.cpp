#include <fmt/format.h>

#include <vector>

#include "plugin/verify_suite.h"

namespace thresher::plugin::suite {
namespace {

const TargetType& type_of(const Subject& subject) { return *subject.registry.target(subject.name).value(); }

struct Asked {
  std::string_view method = "GET", path = "/", query = {}, headers = "Host: localhost\r\n", body = {};
};

TargetRequest request_of(const Asked& asked, std::uint16_t port, std::uint64_t number) {
  return {.port = port,
          .number = number,
          .connection = number % 3,
          .now = std::chrono::milliseconds(number),
          .wall = WallTime{std::chrono::milliseconds(number)},
          .method = asked.method,
          .path = asked.path,
          .query = asked.query,
          .headers = asked.headers,
          .body = asked.body};
}

constexpr std::string_view kJsonHeaders = "Host: localhost\r\nContent-Type: application/json\r\n";

constexpr Asked kOrdinary[] = {
    {},
    {"GET", "/health"},
    {"GET", "/no/such/thing", "limit=2&offset=1"},
    {"POST", "/", {}, kJsonHeaders, R"({"message":"hello"})"},
    {"PUT", "/things/1", {}, kJsonHeaders, "[1,2,3]"},
    {"DELETE", "/things/1"},
};

/// Asks every endpoint the ordinary things, one a step.
class TargetUse final : public Use {
 public:
  TargetUse(std::vector<Endpoint> endpoints, std::unique_ptr<Target> target)
      : endpoints_(std::move(endpoints)), target_(std::move(target)) {}

  bool step() override {
    if (next_ == std::size(kOrdinary) * endpoints_.size()) return false;
    const Endpoint& endpoint = endpoints_[next_ / std::size(kOrdinary)];
    const Asked& asked = kOrdinary[next_ % std::size(kOrdinary)];
    const TargetAnswer answer = target_->handle(request_of(asked, endpoint.port, next_++));
    say(fmt::format("{} {} {} {}{}", static_cast<int>(answer.kind), answer.after.count(), answer.status, answer.headers,
                    answer.body));
    for (const AnswerPiece& piece : answer.pieces) say(fmt::format("{} {}", piece.after.count(), piece.bytes));
    if (!answer.breach.empty())
      object(fmt::format("{} {} at {}: {}", asked.method, asked.path, endpoint.name, answer.breach));
    return true;
  }

 private:
  std::vector<Endpoint> endpoints_;
  std::unique_ptr<Target> target_;
  std::size_t next_ = 0;
};

Result<std::unique_ptr<Use>> start(const Subject& subject, const std::string& config, std::uint64_t seed) {
  auto made = type_of(subject).create(config, seed);
  if (!made) return fail(std::move(made.error()));
  return std::make_unique<TargetUse>(type_of(subject).endpoints(), std::move(*made));
}

struct Odd {
  std::string_view what;
  Asked asked;
};

std::string answers_odd_requests(const Subject& subject) {
  const std::string megabyte(1U << 20U, 'a'), deep(100'000, '[');
  constexpr std::string_view kNotUtf8 = "\xff\xfe\xc3\x28\x80", kZeros{"\0\0\0\0", 4};
  const Odd odds[] = {
      {"an empty path", {"GET", ""}},
      {"a body of 1 MB", {"POST", "/", {}, kJsonHeaders, megabyte}},
      {"a path of 1 MB", {"GET", megabyte}},
      {"an unknown method", {"BREW", "/"}},
      {"an empty method", {"", "/"}},
      {"a path that is no UTF-8", {"GET", kNotUtf8}},
      {"a query that is no UTF-8", {"GET", "/", kNotUtf8}},
      {"a body that is no UTF-8", {"POST", "/", {}, kJsonHeaders, kNotUtf8}},
      {"a body of zero bytes", {"POST", "/", {}, kJsonHeaders, kZeros}},
      {"JSON that is cut off", {"POST", "/", {}, kJsonHeaders, R"({"a":)"}},
      {"JSON that is too deep", {"POST", "/", {}, kJsonHeaders, deep}},
      {"JSON of another shape", {"POST", "/", {}, kJsonHeaders, "null"}},
      {"broken escapes", {"GET", "/%", "a=%zz&%&=&&"}},
      {"no headers", {"GET", "/", {}, ""}},
      {"a query of separators", {"GET", "/", "&&==&"}},
  };
  auto target = type_of(subject).create(subject.config, subject.seed);
  if (!target) return target.error().message;
  std::uint64_t number = 0;
  for (const Endpoint& endpoint : type_of(subject).endpoints())
    for (const auto& [what, asked] : odds)
      if (const TargetAnswer answer = (*target)->handle(request_of(asked, endpoint.port, number++));
          !answer.breach.empty())
        return fmt::format("{} at {}: {}", what, endpoint.name, answer.breach);
  return {};
}

std::string answers_on_and_on(const Subject& subject) {
  auto target = type_of(subject).create(subject.config, subject.seed);
  if (!target) return target.error().message;
  const auto endpoints = type_of(subject).endpoints();
  for (std::uint64_t number = 0; number < 10'000; ++number) {
    const Asked& asked = kOrdinary[number % std::size(kOrdinary)];
    const TargetAnswer answer = (*target)->handle(request_of(asked, endpoints[number % endpoints.size()].port, number));
    if (!answer.breach.empty()) return fmt::format("request number {}: {}", number, answer.breach);
  }
  return {};
}

constexpr NamedCheck kChecks[] = {
    {"odd requests are answered, once", answers_odd_requests},
    {"ten thousand requests are answered by one instance", answers_on_and_on},
};

}  // namespace

const Kind& target_kind() {
  static const Kind kKind{"target", [](const Subject& subject) { return type_of(subject).options_json(); }, &start,
                          true, kChecks};
  return kKind;
}

}  // namespace thresher::plugin::suite
