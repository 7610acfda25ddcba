#include <thresher/plugin.hpp>
#include <thresher/random.hpp>

class Echo : public thresher::Target {
 public:
  static thresher::TargetDescription describe() {
    return {.name = "echo",
            .summary = "says back what it was sent",
            .endpoints = {{"main", 8080}},
            .options = {thresher::number("latency_ms", 2, "mean time an answer takes").at_least(0),
                        thresher::number("failure_rate", 0, "the part of requests that fail").between(0, 1)}};
  }

  Echo(const thresher::Options& options, std::uint64_t seed)
      : latency_ms_(options.number("latency_ms")), failure_rate_(options.number("failure_rate")), seed_(seed) {}

  thresher::Answer handle(const thresher::Request& request) override {
    thresher::Random random(seed_, request.number);
    const auto after = thresher::milliseconds(random.log_normal(latency_ms_, latency_ms_ / 4));
    if (random.chance(failure_rate_)) return thresher::text(503, "tired").later(after);
    return thresher::text(200, request.body.empty() ? request.path : request.body).later(after);
  }

 private:
  double latency_ms_, failure_rate_;
  std::uint64_t seed_;
};

THRESHER_PLUGIN("sample_cpp", "0.1.0", Echo)
