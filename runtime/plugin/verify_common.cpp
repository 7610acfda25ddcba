// Checks that any kind of plugin is put to.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <thread>

#include "plugin/adaptor.h"
#include "plugin/verify_suite.h"

/// Sanitizers replace malloc, and know what mallinfo2 does not.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));

namespace thresher::plugin::suite {
namespace {

using Clock = std::chrono::steady_clock;

/// Creates an instance and uses it to its end.
Result<std::unique_ptr<Use>> used(const Kind& kind, const Subject& subject, std::uint64_t seed) {
  auto use = kind.start(subject, subject.config, seed);
  if (use)
    while ((*use)->step()) continue;
  return use;
}

std::string keeps_to_the_contract(const Kind& kind, const Subject& subject) {
  const auto use = used(kind, subject, subject.seed);
  return use ? (*use)->problem() : use.error().message;
}

std::string takes_what_it_declares(const Kind& kind, const Subject& subject) {
  for (const Trial& trial : sound_trials(kind.options_json(subject)))
    if (auto made = kind.start(subject, with_member(subject.config, trial.option, trial.value), subject.seed); !made)
      return fmt::format("with {} = {}: {}", trial.option, excerpt(trial.value), made.error().message);
  return {};
}

std::string bears_extremes(const Kind& kind, const Subject& subject) {
  for (const Trial& trial : extreme_trials(kind.options_json(subject)))
    if (auto made = kind.start(subject, with_member(subject.config, trial.option, trial.value), subject.seed);
        !made && tells_breach(made.error().message))
      return fmt::format("with {} = {}: {}", trial.option, excerpt(trial.value), made.error().message);
  return {};
}

std::string refuses_by_name(const Kind& kind, const Subject& subject) {
  for (const Trial& trial : wrong_trials(kind.options_json(subject))) {
    const auto made = kind.start(subject, with_member(subject.config, trial.option, trial.value), subject.seed);
    if (made) return fmt::format("takes {} = {}", trial.option, excerpt(trial.value));
    if (made.error().message.find('"' + trial.option + '"') == std::string::npos)
      return fmt::format("refuses {} = {} without naming it: {}", trial.option, excerpt(trial.value),
                         made.error().message);
  }
  return {};
}

// ---- memory

std::size_t heap_bytes() {
  if (&__sanitizer_get_current_allocated_bytes != nullptr) return __sanitizer_get_current_allocated_bytes();
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// What the kernel counts for us, which sees memory that malloc does not; 0 when it does not say.
std::size_t resident_bytes() {
  std::size_t total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu %zu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

constexpr std::size_t kParts = 4;                 ///< of the measurement: a leak grows in each, noise does not
constexpr std::size_t kFewest = 2, kMost = 1000;  ///< cycles of a part
constexpr std::size_t kSmallest = 8;              ///< bytes a cycle that count: no block of malloc is smaller
constexpr std::size_t kPage = 4096, kPagesNoise = 16U << 20U;

std::size_t repeat(std::chrono::milliseconds budget, const std::function<void()>& cycle) {
  const auto until = Clock::now() + budget;
  std::size_t done = 0;
  for (; done < kMost && (done < kFewest || Clock::now() < until); ++done) cycle();
  return done;
}

/// What a cycle keeps, in words; empty when nothing. The first cycles fill caches and are not counted. Blind to less
/// than kSmallest bytes a cycle, to memory from elsewhere than malloc below a page a cycle, and to a leak that begins
/// later.
std::string kept_memory(std::chrono::milliseconds budget, const std::function<void()>& cycle) {
  repeat(budget, cycle);
  const std::size_t pages_before = resident_bytes(), heap_before = heap_bytes();
  std::size_t cycles = 0, heap = heap_before;
  bool always_grows = true;
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t heap_at_start = heap, done = repeat(budget, cycle);
    heap = heap_bytes();
    cycles += done;
    always_grows = always_grows && heap >= heap_at_start + kSmallest * done;
  }
  if (always_grows)
    return fmt::format("keeps {} bytes each time, over {} times", (heap - heap_before) / cycles, cycles);
  const std::size_t pages = resident_bytes();
  const bool sanitized = &__sanitizer_get_current_allocated_bytes != nullptr;  // freed memory stays in quarantine
  if (!sanitized && pages > pages_before + std::max(kPagesNoise, kPage * cycles))
    return fmt::format("grows by {} bytes each time, over {} times, outside of malloc", (pages - pages_before) / cycles,
                       cycles);
  return {};
}

std::string created_without_keeping(const Kind& kind, const Subject& subject) {
  return kept_memory(subject.memory_budget,
                     [&] { static_cast<void>(kind.start(subject, subject.config, subject.seed)); });
}

std::string used_without_keeping(const Kind& kind, const Subject& subject) {
  return kept_memory(subject.memory_budget, [&] { static_cast<void>(used(kind, subject, subject.seed)); });
}

// ---- determinism and threads

/// Where two transcripts part, in words; empty when they do not.
std::string difference(std::string_view alone, std::string_view again) {
  if (alone == again) return {};
  std::size_t at = 0;
  while (at < alone.size() && at < again.size() && alone[at] == again[at]) ++at;
  const std::size_t from = at < 20 ? 0 : at - 20;
  return fmt::format("byte {}: {} and {}", at, excerpt(alone.substr(from)), excerpt(again.substr(from)));
}

std::string repeats_by_seed(const Kind& kind, const Subject& subject) {
  const auto alone = used(kind, subject, subject.seed);
  if (!alone) return alone.error().message;
  std::array<std::unique_ptr<Use>, 3> together;
  for (std::size_t i = 0; i < together.size(); ++i) {
    auto made = kind.start(subject, subject.config, i == 1 ? subject.seed + 1 : subject.seed);
    if (!made) return made.error().message;
    together[i] = std::move(*made);
  }
  for (bool more = true; more;) {
    more = false;
    for (const auto& use : together) more = use->step() || more;
  }
  for (const std::size_t i : {0U, 2U})
    if (auto parts = difference((*alone)->transcript(), together[i]->transcript()); !parts.empty())
      return fmt::format("two instances with seed {}, one alone and one among others, differ at {}", subject.seed,
                         parts);
  return {};
}

std::string keeps_threads_apart(const Kind& kind, const Subject& subject) {
  const auto alone = used(kind, subject, subject.seed);
  if (!alone) return alone.error().message;
  constexpr std::size_t kThreads = 4, kTurns = 2;
  std::array<std::string, kThreads> wrong;
  std::array<std::thread, kThreads> threads;
  for (std::size_t i = 0; i < kThreads; ++i)
    threads[i] = std::thread([&, i] {
      for (std::size_t turn = 0; turn < kTurns && wrong[i].empty(); ++turn) {
        const auto use = used(kind, subject, subject.seed);
        wrong[i] = !use                        ? use.error().message
                   : (*use)->problem().empty() ? difference((*alone)->transcript(), (*use)->transcript())
                                               : (*use)->problem();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& why : wrong)
    if (!why.empty()) return fmt::format("one of {} at once differs from one alone: {}", kThreads, why);
  return {};
}

constexpr CommonCheck kChecks[] = {
    {"its ordinary use keeps to the contract", keeps_to_the_contract},
    {"each option takes its default, its bounds and its choices", takes_what_it_declares},
    {"an option without bounds takes extremes or refuses them", bears_extremes},
    {"a wrong option is refused by name", refuses_by_name},
    {"made and destroyed over and over, it keeps no memory", created_without_keeping},
    {"used over and over, it keeps no memory", used_without_keeping},
    {"several instances, each on a thread of its own, are as one alone", keeps_threads_apart},
    {"the same seed says the same, whatever other instances do", repeats_by_seed},  // last: only of those who speak
};

}  // namespace

std::span<const CommonCheck> common_checks(const Kind& kind) {
  const std::span<const CommonCheck> all = kChecks;
  return kind.says_something ? all : all.first(all.size() - 1);
}

std::string makes_an_instance(const Kind& kind, const Subject& subject) {
  const auto made = kind.start(subject, subject.config, subject.seed);
  return made ? "" : made.error().message;
}

}  // namespace thresher::plugin::suite
