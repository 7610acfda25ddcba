#include "cli/templates.h"

namespace thresher::cli {
namespace {

constexpr std::string_view kTarget =
    R"text(// A target: stands in for a system under test. `thresher stand-in @NAME@` serves it on its ports, and
// `thresher rehearse` uses it in virtual time.
#include <thresher/plugin.hpp>

class @NAME@ : public thresher::Target {
 public:
  static thresher::TargetDescription describe() {
    return {.name = "@NAME@",
            .summary = "says hello, a little late",
            .endpoints = {{"main", 8080}},
            .options = {thresher::number("latency_ms", 5, "time to an answer").between(0, 60000)}};
  }

  @NAME@(const thresher::Options& options, std::uint64_t /*seed*/)
      : latency_(thresher::milliseconds(options.number("latency_ms"))) {}

  thresher::Answer handle(const thresher::Request& request) override {
    if (request.path == "/health") return thresher::json(200, R"({"status":"healthy"})");
    return thresher::json(200, R"({"hello":"world"})").later(latency_);
  }

 private:
  std::chrono::nanoseconds latency_;
};

THRESHER_PLUGIN("@NAME@", "0.1.0", @NAME@)
)text";

constexpr std::string_view kGenerator =
    R"text(// A generator: makes input for the system under test, and knows the right answer to it. In a scenario:
//   local work = thresher.generator("@NAME@")
#include <string>
#include <thresher/plugin.hpp>
#include <thresher/random.hpp>

class @NAME@ : public thresher::Generator {
 public:
  static thresher::GeneratorDescription describe() {
    return {.name = "@NAME@",
            .summary = "numbers to add, and their sum",
            .products = {{"addition",
                          "numbers, with their sum as the right answer",
                          {thresher::integer("count", 3, "how many numbers").between(1, 100),
                           thresher::integer("seed", 1, "which numbers")}}}};
  }

  @NAME@(const thresher::Options&, std::uint64_t seed) : seed_(seed) {}

  // The same seeds and parameters give the same bytes, whatever was generated before: no clock, no state.
  void generate(std::size_t /*product*/, const thresher::Options& parameters, std::string& out) override {
    thresher::Random random(seed_, static_cast<std::uint64_t>(parameters.integer("seed")));
    std::uint64_t sum = 0;
    out += R"({"numbers":[)";
    for (std::int64_t i = 0; i < parameters.integer("count"); ++i) {
      const std::uint64_t number = random.below(1000);
      sum += number;
      if (i > 0) out += ',';
      out += std::to_string(number);
    }
    out += R"(],"__expected__":{"sum":)" + std::to_string(sum) + "}}";
  }

 private:
  std::uint64_t seed_;
};

THRESHER_PLUGIN("@NAME@", "0.1.0", @NAME@)
)text";

constexpr std::string_view kValidator =
    R"text(// A validator: judges a run from its history, a JSON object per event. `thresher validate HISTORY` judges a recorded
// one. This one holds the platform to accepting what it is sent. A real one reads events with a JSON library.
#include <string>
#include <thresher/plugin.hpp>

class @NAME@ : public thresher::Validator {
 public:
  static thresher::ValidatorDescription describe() {
    return {.name = "@NAME@",
            .summary = "whether the platform takes what it is sent",
            .options = {thresher::integer("allowed", 0, "rejections that are fine").between(0, 1000000)}};
  }

  @NAME@(const thresher::Options& options, std::uint64_t /*seed*/, const thresher::Judge& judge)
      : judge_(judge), allowed_(static_cast<std::uint64_t>(options.integer("allowed"))) {}

  void observe(std::string_view event) override {
    if (is(event, "accepted")) ++seen_;
    if (!is(event, "rejected")) return;  // what it does not know is none of its business
    ++seen_;
    if (++rejected_ > allowed_)
      judge_.violation({.check = "accepts",
                        .subject = "rejection number " + std::to_string(rejected_),
                        .witness = "rejected, though only " + std::to_string(allowed_) +
                                   " may be: " + std::string(event)});
  }

  void finish() override {
    using thresher::Verdict;
    const std::uint64_t violations = rejected_ > allowed_ ? rejected_ - allowed_ : 0;
    judge_.finding({.check = "accepts",
                    .verdict = seen_ == 0 ? Verdict::no_data : violations > 0 ? Verdict::fail : Verdict::pass,
                    .observations = seen_,
                    .violations = violations,
                    .summary = std::to_string(rejected_) + " of " + std::to_string(seen_) + " rejected"});
  }

 private:
  static bool is(std::string_view event, std::string_view name) {
    const std::string member = R"("event":")" + std::string(name) + '"';
    return event.find(member) != std::string_view::npos;
  }

  const thresher::Judge& judge_;
  std::uint64_t allowed_, seen_ = 0, rejected_ = 0;
};

THRESHER_PLUGIN("@NAME@", "0.1.0", @NAME@)
)text";

constexpr std::string_view kOutput =
    R"text(// An output: takes a run's figures somewhere, here as lines into a file.
#include <fstream>
#include <stdexcept>
#include <string>
#include <thresher/plugin.hpp>

class @NAME@ : public thresher::Output {
 public:
  static thresher::OutputDescription describe() {
    return {.name = "@NAME@",
            .summary = "a line a second into a file",
            .options = {thresher::text_option("file", "@NAME@.ndjson", "where the lines go")}};
  }

  // What it throws refuses the output, and later ends it; the run goes on.
  explicit @NAME@(const thresher::Options& options) : file_(options.text("file")) {
    if (!file_) throw std::runtime_error("cannot write to \"" + options.text("file") + '"');
  }

  void begin(std::string_view run) override { line(run); }
  void second(std::string_view figures) override { line(figures); }
  void event(std::string_view event) override { line(event); }
  void finish(std::string_view /*report*/) override { file_.close(); }

 private:
  void line(std::string_view text) {
    file_ << text << '\n';
    if (!file_) throw std::runtime_error("the file takes no more");
  }

  std::ofstream file_;
};

THRESHER_PLUGIN("@NAME@", "0.1.0", @NAME@)
)text";

}  // namespace

std::string_view plugin_template(std::string_view kind) {
  if (kind == "generator") return kGenerator;
  if (kind == "validator") return kValidator;
  if (kind == "output") return kOutput;
  return kTarget;
}

}  // namespace thresher::cli
