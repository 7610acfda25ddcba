#include "options.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gateway {
namespace {

struct FaultOption {
  const char* name;
  double Faults::*member;
  const char* summary;
};
constexpr FaultOption kFaults[] = {
    {"error_rate", &Faults::error, "fault: execute calls answered with 500, nothing is executed"},
    {"hang_rate", &Faults::hang, "fault: execute calls taken, executed, and never answered"},
    {"reset_rate", &Faults::reset, "fault: execute calls taken, executed, and their connection aborted"},
    {"lost_rate", &Faults::lost, "fault: asynchronous executions acknowledged and forgotten"},
    {"duplicate_rate", &Faults::duplicate, "fault: executions done twice, the second under another id"},
    {"stuck_rate", &Faults::stuck, "fault: executions that ended and say running for ever"},
    {"unknown_status_rate", &Faults::unknown_status, "fault: executions that ended and say unknown for ever"},
    {"late_completion_rate", &Faults::late_completion, "fault: executions that say running after they ended"},
    {"swallowed_failure_rate", &Faults::swallowed_failure, "fault: callers that succeed though a nested call failed"},
    {"empty_result_rate", &Faults::empty_result, "fault: executions that succeed without a result"},
    {"mixed_result_rate", &Faults::mixed_result, "fault: executions whose result is another request's"},
    {"wrong_parent_rate", &Faults::wrong_parent, "fault: nested executions the dag hangs one level too high"},
    {"missing_node_rate", &Faults::missing_node, "fault: nested executions the dag leaves out, with all they called"},
    {"webhook_lost_rate", &Faults::webhook_lost, "fault: webhooks registered and never delivered"},
    {"webhook_duplicate_rate", &Faults::webhook_duplicate, "fault: webhooks delivered twice"},
    {"webhook_bad_signature_rate", &Faults::webhook_bad_signature, "fault: webhooks signed with another secret"},
};

MetricsFault metrics_fault_named(std::string_view name) {
  std::string_view rest = kMetricsFaults;
  for (std::uint8_t i = 0; !rest.empty(); ++i) {
    const std::string_view each = rest.substr(0, rest.find('|'));
    if (each == name) return static_cast<MetricsFault>(i);
    rest.remove_prefix(std::min(rest.size(), each.size() + 1));
  }
  return MetricsFault::none;  // the host lets only the choices pass
}

/// A prefix that leaves metric names valid: letters, digits, '_' and ':', no digit first.
std::string checked_prefix(std::string prefix) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  };
  const bool digit_first = !prefix.empty() && prefix.front() >= '0' && prefix.front() <= '9';
  if (digit_first || !std::all_of(prefix.begin(), prefix.end(), allowed))
    throw std::invalid_argument(
        "option \"metrics_prefix\": \"" + prefix +
        "\" does not begin a metric's name; use letters, digits and '_', as in \"agentfield_\"");
  return prefix;
}

}  // namespace

std::vector<thresher::Option> declared_options() {
  using thresher::boolean, thresher::choice, thresher::integer, thresher::number, thresher::text_option;
  constexpr double kDayMs = 86400e3;
  std::vector<thresher::Option> options{
      integer("queue_capacity", 256, "asynchronous executions that wait for a worker; more are refused")
          .between(0, 1'000'000),
      integer("workers", 16, "asynchronous executions worked on at once").between(1, 100'000),
      integer("nested_slots", 64, "nested calls worked on at once; 0: they need workers too, and may wait for ever")
          .between(0, 100'000),
      integer("sync_capacity", 0, "synchronous executions at once, more are 429; 0: any").between(0, 100'000),
      integer("agent_concurrency", 0, "executions of one node at once, more are 429; 0: any").between(0, 1'000'000),
      number("work_ms", 40, "mean time of an execution's own work").between(0, kDayMs),
      number("work_sd_ms", 20, "its standard deviation").between(0, kDayMs),
      number("work_ms_per_mib", 5, "on top, for each MiB of the request").between(0, 1e6),
      number("failure_rate", 0, "attempts at an execution's own work that fail").between(0, 1),
      integer("retries", 0, "attempts after the first").between(0, 100),
      number("stall_rate", 0, "executions whose work never ends by itself").between(0, 1),
      number("timeout_s", 600, "after which an execution is ended with status timeout").between(0.001, 86400),
      number("latency_ms", 1, "mean time of an HTTP answer itself").between(0, 60'000),
      integer("result_bytes", 0, "of filling in every result").between(0, 16 << 20),
      integer("max_body_bytes", 32 << 20, "a larger request is a 413").between(64, 1 << 30),
      integer("max_run_executions", 20'000, "of one run; a call that would need more is a 400").between(1, 1'000'000),
      integer("max_depth", 32, "of nested calls; a call that would go deeper is a 400").between(0, 200),
      integer("max_batch_ids", 0, "ids in one batch-status call, more are a 400; 0: any number").between(0, 1'000'000),
      integer("kept_executions", 200'000, "of runs that are over; older ones are forgotten").between(0, 10'000'000),
      choice("error_shape", "new|old", "new", "back-pressure with error_category and retry_after, or error only"),
      choice("queue_full_status", "503|429", "503", "the status when the queue is full"),
      integer("retry_after_s", 1, "what back-pressure tells a client to wait").between(0, 3600),
      choice("status_names", "canonical|aliases", "canonical", "succeeded, failed ... or success, done, error ..."),
      choice("sync_failure_status", "200|error", "200", "a failed synchronous execution: 200, or 502, 504 and 409"),
      choice("timestamps", "micros|seconds", "micros", "how fine timestamps are"),
      text_option("metrics_prefix", "agentfield_", "of the gateway's own metrics; once it was playground_")};
  for (const FaultOption& fault : kFaults) options.push_back(number(fault.name, 0, fault.summary).between(0, 1));
  options.push_back(number("late_completion_ms", 2000, "how long late_completion_rate keeps them").between(0, kDayMs));
  options.push_back(boolean("no_retry_after", false, "fault: back-pressure without a Retry-After header"));
  options.push_back(choice("metrics_fault", kMetricsFaults, "none", "fault: what is wrong with /metrics"));
  return options;
}

Conduct read_conduct(const thresher::Options& options, std::uint64_t seed) {
  const auto size = [&](const char* name) { return static_cast<std::size_t>(options.integer(name)); };
  Conduct conduct;
  conduct.seed = seed;
  conduct.latency_ms = options.number("latency_ms");
  conduct.result_bytes = size("result_bytes");
  conduct.late_completion = thresher::milliseconds(options.number("late_completion_ms"));
  conduct.capacity = {.queue = size("queue_capacity"),
                      .workers = size("workers"),
                      .nested_slots = size("nested_slots"),
                      .sync_in_flight = size("sync_capacity"),
                      .agent_concurrency = size("agent_concurrency")};
  conduct.work = {.mean_ms = options.number("work_ms"),
                  .deviation_ms = options.number("work_sd_ms"),
                  .per_mib_ms = options.number("work_ms_per_mib"),
                  .failure_rate = options.number("failure_rate"),
                  .retries = static_cast<std::uint32_t>(options.integer("retries")),
                  .stall_rate = options.number("stall_rate"),
                  .timeout = thresher::milliseconds(options.number("timeout_s") * 1e3)};
  conduct.bounds = {.body_bytes = size("max_body_bytes"),
                    .run_executions = size("max_run_executions"),
                    .depth = static_cast<std::uint32_t>(options.integer("max_depth")),
                    .batch_ids = size("max_batch_ids"),
                    .kept_executions = size("kept_executions")};
  for (const FaultOption& fault : kFaults) conduct.faults.*fault.member = options.number(fault.name);
  conduct.metrics_fault = metrics_fault_named(options.text("metrics_fault"));
  conduct.dialect = {.new_errors = options.text("error_shape") == "new",
                     .queue_full_status = options.text("queue_full_status") == "429" ? 429 : 503,
                     .retry_after_s = static_cast<std::uint32_t>(options.integer("retry_after_s")),
                     .retry_after_header = !options.boolean("no_retry_after"),
                     .aliases = options.text("status_names") == "aliases",
                     .failure_is_an_error = options.text("sync_failure_status") == "error",
                     .whole_seconds = options.text("timestamps") == "seconds",
                     .metrics_prefix = checked_prefix(options.text("metrics_prefix"))};
  return conduct;
}

}  // namespace gateway
