#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "base/clock.h"

namespace thresher::cli {

/// How this machine was doing since the sample before. All of it, whoever used it: generator, and whatever else runs
/// here.
struct MachineSample {
  double cpu_percent = 0;     ///< of all cores, 0 to 100
  double memory_percent = 0;  ///< in use, 0 to 100: what is not "available"
  double memory_available_bytes = 0;
  double sent_bytes = 0, received_bytes = 0;  ///< of all network interfaces, the loopback included
  Nanoseconds over{};                         ///< since the sample before
};

/// Reads /proc (proc(5)): stat, meminfo, net/dev. One look costs some 50 microseconds.
class MachineSampler {
 public:
  /// Takes the first look. `proc` is another folder in tests.
  explicit MachineSampler(std::filesystem::path proc = "/proc");

  /// Nothing when /proc cannot be read, or no time has been counted since the last look.
  std::optional<MachineSample> sample(TimePoint now);

 private:
  struct Counts {
    std::uint64_t cpu_busy = 0, cpu_total = 0;  ///< in ticks, since boot
    std::uint64_t sent = 0, received = 0;       ///< bytes, since boot
    std::uint64_t memory_total = 0, memory_available = 0;
  };
  std::optional<Counts> look() const;

  std::filesystem::path proc_;
  std::optional<Counts> last_;
  std::optional<TimePoint> last_at_;
};

/// Over the whole test.
struct MachineSummary {
  double cpu_percent_average = 0, cpu_percent_max = 0;
  double memory_percent_average = 0, memory_percent_max = 0;
  double memory_available_bytes_min = 0;
  double sent_bytes = 0, received_bytes = 0;          ///< in all
  double sent_per_s_max = 0, received_per_s_max = 0;  ///< bytes
  Nanoseconds over{};
};
/// Nothing without samples.
std::optional<MachineSummary> summarise(std::span<const MachineSample> samples);

}  // namespace thresher::cli
