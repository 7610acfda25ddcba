#include "oracle/oracle.h"

#include <utility>

namespace oracle {
namespace {

struct HostClerk : Clerk {
  explicit HostClerk(const thresher::Judge& host) : judge(host) {}
  void violation(const thresher::Violation& told) override { judge.violation(told); }
  void finding(const thresher::Finding& told) override { judge.finding(told); }
  const thresher::Judge& judge;
};

Settings read_settings(const thresher::Options& options) {
  Settings settings;
  settings.start_bound = history::from_milliseconds(options.number("start_bound_ms"));
  settings.terminal_bound = history::from_milliseconds(options.number("terminal_bound_ms"));
  settings.rate_window = history::from_milliseconds(options.number("rate_window_ms"));
  settings.witness_limit = static_cast<std::uint64_t>(options.integer("witnesses"));
  settings.ended_limit = static_cast<std::size_t>(options.integer("remembered"));
  settings.sample = static_cast<std::size_t>(options.integer("sample"));
  return settings;
}

}  // namespace

thresher::ValidatorDescription Oracle::describe() {
  using thresher::integer;
  using thresher::number;
  return {
      .name = "oracle",
      .summary = "holds a platform that executes workflows to the rules of its own ground truth",
      .options = {
          number("start_bound_ms", 1000, "a ready task whose agent is free begins within this").at_least(0),
          number("terminal_bound_ms", 300000, "an accepted item ends within this").at_least(0),
          number("rate_window_ms", 0,
                 "what a minute of the agents' rate limits is on the platform's clock: 60000 in real time; "
                 "0: not judged")
              .at_least(0),
          integer("witnesses", 100, "violations told per check; all are counted").at_least(1),
          integer("remembered", 4096, "ended items whose terminal answer is remembered").at_least(1),
          integer("sample", 16, "items judged again after changes that change nothing; 0: none").between(0, 10000)}};
}

Oracle::Oracle(const thresher::Options& options, std::uint64_t seed, const thresher::Judge& judge)
    : Oracle(read_settings(options), seed, std::make_unique<HostClerk>(judge)) {}

Oracle::Oracle(const Settings& settings, std::uint64_t seed, std::unique_ptr<Clerk> clerk)
    : settings_(settings),
      clerk_(std::move(clerk)),
      court_(settings_, *clerk_),
      metamorphic_(settings_.sample, seed, [this](const auto& lines) { return judge_afresh(settings_, lines); }) {}

void Oracle::observe(std::string_view event) {
  const history::Event& read = reader_.read(event);
  metamorphic_.heard(read, event);
  court_.hear(read);
}

void Oracle::finish() {
  court_.close();
  Docket docket("metamorphic", court_.run(), *clerk_, settings_.witness_limit);
  clerk_->finding(metamorphic_.close(docket));
}

}  // namespace oracle
