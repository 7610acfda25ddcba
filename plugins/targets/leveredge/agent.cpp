#include "agent.h"

#include <cstdio>
#include <utility>

namespace leveredge {
namespace {

constexpr std::string_view kVersion = "1.0.0";

thresher::Answer not_found() { return thresher::json(404, R"({"detail":"Not Found"})"); }

thresher::Answer method_not_allowed(std::string_view allowed) {
  return thresher::json(405, R"({"detail":"Method Not Allowed"})").with("Allow", allowed);
}

/// What an ASGI server says of an exception that nobody caught.
thresher::Answer internal_error() { return thresher::text(500, "Internal Server Error"); }

}  // namespace

Agent::Agent(std::string name, Reliability reliability, const Conduct& conduct)
    : name_(std::move(name)), reliability_(reliability), conduct_(conduct) {}

thresher::Answer Agent::handle(const thresher::Request& request) {
  const std::uint64_t nth = requests_++;
  if (request.now < up_since_) return thresher::reset();  // restarting
  thresher::Random random(conduct_.seed, request.port, nth);
  const Draw drawn = draw(reliability_, conduct_.health_latency_scale, random);
  switch (drawn.fate) {
    case Fate::crash:
      up_since_ = request.now + conduct_.restart;
      return thresher::reset();
    case Fate::timeout:
      if (conduct_.timeout_answer.count() == 0) return thresher::never();
      return route(request).later(conduct_.timeout_answer);
    case Fate::error:
      return internal_error().later(drawn.latency);
    case Fate::success:
      break;
  }
  return route(request).later(drawn.latency);
}

thresher::Answer Agent::route(const thresher::Request& request) const {
  if (request.path != "/health") return not_found();
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET, HEAD");
  return health(request.now);
}

thresher::Answer Agent::health(std::chrono::nanoseconds now) const {
  char body[256];
  const double uptime = std::chrono::duration<double>(now - up_since_).count();
  const int size =
      std::snprintf(body, sizeof body, R"({"status":"healthy","agent":"%s","version":"%s","uptime_seconds":%.3f})",
                    name_.c_str(), kVersion.data(), uptime);
  return thresher::json(200, std::string_view(body, static_cast<std::size_t>(size)));
}

}  // namespace leveredge
