#include <fmt/format.h>

#include "plugin/verify_suite.h"

namespace thresher::plugin::suite {
namespace {

// Small texts with the members of the host's own: see report/json_report.h.
constexpr std::string_view kRun =
    R"({"run":{"id":"verify","thresher":"1","dependencies":{},"command_line":"thresher run","rehearsal":false,"host":"",)"
    R"("seed":1,"created":"2026-11-21T02:46:00Z"},"plan":{"scenarios":[]}})";
constexpr std::string_view kFigures =
    R"({{"elapsed_s":{0},"wall":"2026-11-21T02:46:{0:02}Z","phase":"steady","users":2,"in_flight":1,)"
    R"("iterations":{{"count":{0},"per_s":1,"dropped":0}},"requests":[],"checks":[],"thresholds":[],)"
    R"("validity":{{"state":"VALID","reasons":[]}}}})";
constexpr std::string_view kEvent = R"({"event":"note","wall":"2026-11-21T02:46:00.5Z","text":"half way"})";
constexpr std::string_view kReport =
    R"({"schema":"thresher.report/1","run":{"id":"verify","seed":1,"elapsed_s":20},)"
    R"("verdict":{"exit_code":0,"word":"FINISHED","text":"","also":[]},"validity":{"state":"VALID","reasons":[]},)"
    R"("plan":{"scenarios":[]},"requests":[],"checks":[],"thresholds":[],"failures":[],"metrics":{},"seconds":[]})";
constexpr int kSeconds = 20;

const OutputType& type_of(const Subject& subject) { return *subject.registry.output(subject.name).value(); }

/// A short run: begin, some seconds with an event among them, the report.
class OutputUse final : public Use {
 public:
  explicit OutputUse(std::unique_ptr<Output> output) : output_(std::move(output)) {}

  bool step() override {
    const int at = next_++;
    if (at == 0) return take("begin", output_->begin(kRun));
    if (at == kSeconds / 2) return take("event", output_->event(kEvent));
    if (at < kSeconds) return take("second", output_->second(fmt::format(kFigures, at)));
    return at == kSeconds && take("finish", output_->finish(kReport));
  }

 private:
  bool take(std::string_view what, const Result<void>& told) {
    if (!told) object(fmt::format("{}: {}", what, told.error().message));
    return true;
  }

  std::unique_ptr<Output> output_;
  int next_ = 0;
};

Result<std::unique_ptr<Use>> start(const Subject& subject, const std::string& config, std::uint64_t) {
  auto made = type_of(subject).create(config);
  if (!made) return fail(std::move(made.error()));
  return std::make_unique<OutputUse>(std::move(*made));
}

std::string bears_an_empty_run(const Subject& subject) {
  auto output = type_of(subject).create(subject.config);
  if (!output) return output.error().message;
  if (auto begun = (*output)->begin(kRun); !begun) return "begin: " + begun.error().message;
  if (auto finished = (*output)->finish(kReport); !finished) return "finish: " + finished.error().message;
  return {};
}

/// A run that is broken off: there is nothing to ask but that the process lives.
std::string bears_a_broken_run(const Subject& subject) {
  auto output = type_of(subject).create(subject.config);
  if (!output) return output.error().message;
  if (auto begun = (*output)->begin(kRun); !begun) return "begin: " + begun.error().message;
  if (auto told = (*output)->second(fmt::format(kFigures, 1)); !told) return "second: " + told.error().message;
  output->reset();
  return {};
}

constexpr NamedCheck kChecks[] = {
    {"a run without a second is taken", bears_an_empty_run},
    {"a run that is broken off is borne", bears_a_broken_run},
};

}  // namespace

const Kind& output_kind() {
  static const Kind kKind{"output", [](const Subject& subject) { return type_of(subject).options_json(); }, &start,
                          false, kChecks};
  return kKind;
}

}  // namespace thresher::plugin::suite
