#include "store/owner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/file.h"
#include "base/text.h"

namespace thresher::store {
namespace {

struct ProcessFacts {
  char state = '?';
  std::int64_t started_ticks = 0;
};

/// Of /proc/PID/stat (proc(5)): "pid (name) state ppid ... starttime ...", the state being field 3, the start field 22.
/// The name may hold blanks and parentheses itself.
std::optional<ProcessFacts> process_facts(std::int64_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/stat", pid));
  if (!text) return std::nullopt;
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  const std::vector<std::string> fields = split(std::string_view(*text).substr(name_end + 1), " \n");
  constexpr std::size_t kFirstField = 3, kStarted = 22;
  if (fields.size() <= kStarted - kFirstField) return std::nullopt;
  ProcessFacts facts{.state = fields[0][0]};
  const std::string& started = fields[kStarted - kFirstField];
  std::from_chars(started.data(), started.data() + started.size(), facts.started_ticks);
  return facts;
}

}  // namespace

Owner Owner::of_this_process() {
  Owner owner;
  owner.pid = ::getpid();
  if (const auto facts = process_facts(owner.pid)) owner.started_ticks = facts->started_ticks;
  if (const auto boot = read_file("/proc/sys/kernel/random/boot_id")) owner.boot = trim(*boot);
  std::error_code unknown;
  owner.pid_space = std::filesystem::read_symlink("/proc/self/ns/pid", unknown).string();
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) owner.machine = name.data();
  return owner;
}

bool is_gone(const Owner& owner, const Owner& observer, WallTime last_sign, WallTime now, Nanoseconds patience) {
  const bool in_sight =
      !owner.boot.empty() && owner.boot == observer.boot && owner.pid_space == observer.pid_space && owner.pid > 0;
  if (!in_sight) return now - last_sign > patience;
  const auto facts = process_facts(owner.pid);
  if (!facts || facts->started_ticks != owner.started_ticks) return true;
  return facts->state == 'Z' || facts->state == 'X';
}

}  // namespace thresher::store
