#include "cli/nwtn_machine.h"

#include <algorithm>
#include <sstream>
#include <string>

#include "base/file.h"

namespace thresher::cli {
namespace {

/// "cpu  user nice system idle iowait irq softirq steal guest guest_nice": ticks of all cores together. Guests' time is
/// in user and nice already.
bool read_cpu(const std::string& stat, std::uint64_t& busy, std::uint64_t& total) {
  std::istringstream line(stat.substr(0, stat.find('\n')));
  std::string name;
  line >> name;
  if (name != "cpu") return false;
  constexpr int kIdle = 3, kWaitingForDisk = 4, kKinds = 8;
  busy = total = 0;
  for (int kind = 0; kind < kKinds; ++kind) {
    std::uint64_t ticks = 0;
    if (!(line >> ticks)) return kind > kIdle;  // old kernels tell fewer kinds
    total += ticks;
    if (kind != kIdle && kind != kWaitingForDisk) busy += ticks;
  }
  return true;
}

/// "MemTotal:  16303428 kB" in bytes; 0 when there is no such line.
std::uint64_t memory_line(const std::string& meminfo, const std::string& name) {
  const std::size_t at = meminfo.find(name + ":");
  if (at == std::string::npos) return 0;
  std::istringstream rest(meminfo.substr(at + name.size() + 1));
  std::uint64_t kilobytes = 0;
  rest >> kilobytes;
  return kilobytes * 1024;
}

/// Two lines of heading, then "  eth0: received-bytes (7 more) sent-bytes ...".
void read_network(const std::string& devices, std::uint64_t& sent, std::uint64_t& received) {
  constexpr int kReceived = 0, kSent = 8;
  std::istringstream lines(devices);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::istringstream fields(line.substr(colon + 1));
    std::uint64_t value = 0;
    for (int field = 0; field <= kSent && fields >> value; ++field) {
      if (field == kReceived) received += value;
      if (field == kSent) sent += value;
    }
  }
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : std::clamp(100.0 * static_cast<double>(part) / static_cast<double>(whole), 0.0, 100.0);
}

/// Counters of interfaces that went away make the sum fall.
double grown(std::uint64_t before, std::uint64_t now) { return now < before ? 0 : static_cast<double>(now - before); }

}  // namespace

MachineSampler::MachineSampler(std::filesystem::path proc) : proc_(std::move(proc)), last_(look()) {}

std::optional<MachineSampler::Counts> MachineSampler::look() const {
  const auto stat = read_file(proc_ / "stat"), memory = read_file(proc_ / "meminfo"),
             devices = read_file(proc_ / "net/dev");
  Counts counts;
  if (!stat || !memory || !read_cpu(*stat, counts.cpu_busy, counts.cpu_total)) return std::nullopt;
  counts.memory_total = memory_line(*memory, "MemTotal");
  counts.memory_available = memory_line(*memory, "MemAvailable");
  if (counts.memory_total == 0) return std::nullopt;
  if (devices) read_network(*devices, counts.sent, counts.received);
  return counts;
}

std::optional<MachineSample> MachineSampler::sample(TimePoint now) {
  const auto before = last_;
  const auto before_at = last_at_;
  last_ = look();
  last_at_ = now;
  if (!before || !last_ || last_->cpu_total <= before->cpu_total) return std::nullopt;
  return MachineSample{
      .cpu_percent =
          percent(last_->cpu_busy - std::min(last_->cpu_busy, before->cpu_busy), last_->cpu_total - before->cpu_total),
      .memory_percent = 100 - percent(last_->memory_available, last_->memory_total),
      .memory_available_bytes = static_cast<double>(last_->memory_available),
      .sent_bytes = grown(before->sent, last_->sent),
      .received_bytes = grown(before->received, last_->received),
      .over = before_at ? now - *before_at : Nanoseconds{},
  };
}

std::optional<MachineSummary> summarise(std::span<const MachineSample> samples) {
  if (samples.empty()) return std::nullopt;
  MachineSummary all;
  all.memory_available_bytes_min = samples.front().memory_available_bytes;
  for (const MachineSample& each : samples) {
    all.cpu_percent_average += each.cpu_percent / static_cast<double>(samples.size());
    all.cpu_percent_max = std::max(all.cpu_percent_max, each.cpu_percent);
    all.memory_percent_average += each.memory_percent / static_cast<double>(samples.size());
    all.memory_percent_max = std::max(all.memory_percent_max, each.memory_percent);
    all.memory_available_bytes_min = std::min(all.memory_available_bytes_min, each.memory_available_bytes);
    all.sent_bytes += each.sent_bytes;
    all.received_bytes += each.received_bytes;
    all.over += each.over;
    if (each.over.count() <= 0) continue;
    all.sent_per_s_max = std::max(all.sent_per_s_max, each.sent_bytes / to_seconds(each.over));
    all.received_per_s_max = std::max(all.received_per_s_max, each.received_bytes / to_seconds(each.over));
  }
  return all;
}

}  // namespace thresher::cli
