#include "store/recovery/audit.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <random>
#include <string>

namespace thresher::store {

Result<void> audit(Database& database, std::string_view task_id, std::string_view subject, std::string_view event,
                   std::string_view detail, WallTime at) {
  auto written = database.execute(
      "INSERT INTO task_audits (task_id, subject, event, detail, created_at) VALUES ($1, $2, $3, $4, $5)",
      {std::string(task_id), std::string(subject), std::string(event), std::string(detail), stored(at)});
  if (!written) return fail(std::move(written.error()));
  return {};
}

std::string make_recovery_id() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    std::random_device device;
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(device());
  }
  std::string id;
  for (const unsigned char byte : bytes) fmt::format_to(std::back_inserter(id), "{:02x}", byte);
  return id;
}

}  // namespace thresher::store
