#include "options.h"

namespace recovery {
namespace {

struct DefectSwitch {
  const char* name;
  bool Defects::*member;
  const char* summary;
};

constexpr DefectSwitch kDefects[] = {
    {"racing_check_or_create", &Defects::racing_check_or_create,
     "defect: asking for a key and claiming it are two steps, so two racers may both execute"},
    {"hash_ignored", &Defects::hash_ignored, "defect: a key answers for whatever is asked under it"},
    {"no_replay", &Defects::no_replay, "defect: a completed key says execute again"},
    {"forgotten_keys", &Defects::forgotten_keys, "defect: a restart forgets completed keys"},
    {"no_fencing", &Defects::no_fencing, "defect: whoever once held an item may write to it"},
    {"silent_stale_release", &Defects::silent_stale_release,
     "defect: anybody's release succeeds, and frees what another holds"},
    {"whole_second_leases", &Defects::whole_second_leases, "defect: leases end at whole seconds, up to one too early"},
    {"one_retry_more", &Defects::one_retry_more, "defect: max_retries + 1 retries"},
    {"one_retry_less", &Defects::one_retry_less, "defect: max_retries - 1 retries"},
    {"terminal_reopens", &Defects::terminal_reopens,
     "defect: a sweep makes completed items pending once their lease has passed"},
    {"miscounted_sweep", &Defects::miscounted_sweep, "defect: a sweep counts what is out of retries as recovered too"},
    {"lost_checkpoints", &Defects::lost_checkpoints,
     "defect: checkpoints are acknowledged before they are durable, and a restart loses them"},
    {"torn_checkpoints", &Defects::torn_checkpoints,
     "defect: a restart leaves the newest checkpoints with the snapshot of the one before"},
    {"sequence_gaps", &Defects::sequence_gaps,
     "defect: numbers are handed out in blocks of ten, of which a restart loses the rest"},
    {"sequence_restarts", &Defects::sequence_restarts, "defect: after a restart numbers begin at 1 again"},
    {"resume_by_second", &Defects::resume_by_second,
     "defect: the last checkpoint is chosen by whole seconds, and is the first of its second"},
};

}  // namespace

std::vector<thresher::Option> declared_options() {
  using thresher::boolean, thresher::integer, thresher::number;
  std::vector<thresher::Option> options{
      number("latency_ms", 1, "mean time of an HTTP answer").between(0, 60'000),
      number("tool_ms", 4, "mean time of a tool's answer, on top").between(0, 60'000),
      number("race_window_ms", 5, "of racing_check_or_create: from the asking to the claim").between(0, 60'000),
      number("flush_ms", 200, "of lost_checkpoints and torn_checkpoints: until what was acknowledged is durable")
          .between(0, 3.6e6),
      integer("max_body_bytes", 1 << 20, "a larger request is a 413").between(64, 1 << 30),
      integer("kept", 50'000, "tasks, keys and effects, each; the oldest are forgotten").between(1, 10'000'000)};
  for (const DefectSwitch& defect : kDefects) options.push_back(boolean(defect.name, false, defect.summary));
  return options;
}

Conduct read_conduct(const thresher::Options& options, std::uint64_t seed) {
  Conduct conduct{.seed = seed,
                  .latency_ms = options.number("latency_ms"),
                  .tool_ms = options.number("tool_ms"),
                  .race_window = thresher::milliseconds(options.number("race_window_ms")),
                  .flush = thresher::milliseconds(options.number("flush_ms")),
                  .body_bytes = static_cast<std::size_t>(options.integer("max_body_bytes")),
                  .kept = static_cast<std::size_t>(options.integer("kept"))};
  for (const DefectSwitch& defect : kDefects) conduct.defects.*defect.member = options.boolean(defect.name);
  return conduct;
}

}  // namespace recovery
