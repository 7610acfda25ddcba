#include "histories.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

#include "base/file.h"
#include "store/postgres_database.h"
#include "store/sqlite_database.h"

namespace thresher::store {

using namespace std::chrono_literals;

OpenOptions options_at(FakeWall& wall, Owner owner) {
  return {.owner = std::move(owner), .now = [&wall] { return wall.now; }};
}

Location SqliteHistory::location() const { return must(parse_location((folder_ / "deep/er/history.db").string())); }

std::unique_ptr<Database> SqliteHistory::database() const {
  return must(open_sqlite(location().target, RunStore::kLockTimeout));
}

std::string PostgresHistory::server_url() {
  const auto url = read_file(THRESHER_POSTGRES_FOLDER "/url");
  if (!url)
    throw std::runtime_error("no PostgreSQL for the tests: run them through ctest, or `postgres.sh start " +
                             std::string(THRESHER_POSTGRES_FOLDER) + "` first");
  return *url;
}

PostgresHistory::PostgresHistory() {
  static std::atomic<int> made = 0;
  schema_ = fmt::format("test_{}_{}", ::getpid(), made++);
  auto server = must(open_postgres(must(parse_location(server_url())), RunStore::kLockTimeout));
  must(server->execute(fmt::format("CREATE SCHEMA {}", schema_)));
}

PostgresHistory::~PostgresHistory() {
  auto server = open_postgres(*parse_location(server_url()), RunStore::kLockTimeout);
  if (server) (void)(*server)->execute(fmt::format("DROP SCHEMA {} CASCADE", schema_));
}

Location PostgresHistory::location() const {
  return must(parse_location(fmt::format("{}?options=-csearch_path%3D{}", server_url(), schema_)));
}

std::unique_ptr<Database> PostgresHistory::database() const {
  return must(open_postgres(location(), RunStore::kLockTimeout));
}

RunStart some_start(int number) {
  return {.kind = std::string(kind::kStressTest),
          .name = fmt::format("sm-3wf-20ch-s{}", number),
          .files = {"scripts/farm_stress.lua", "scripts/it's \"quoted\".lua"},
          .profile = "medium",
          .command_line = "thresher run scripts/farm_stress.lua --tags 'caf\xc3\xa9'",
          .host = "http://127.0.0.1:8000",
          .seed = 18446744073709551615U - static_cast<std::uint64_t>(number),
          .version = "1.0.0",
          .tags = {{"testid", "nightly"}, {"build", fmt::format("{}", number)}},
          .conditions = R"({"chaos_rate":0.2,"scale":"small"})",
          .document = R"({"asked":true})"};
}

RunEnd some_end(int number) {
  return {.status = std::string(status::kCompletedWithFailures),
          .verdict = "FAILED",
          .verdict_text = "1 of 2 thresholds failed: http_req_duration p(95)<500: 612 ms",
          .validity = "DEGRADED",
          .exit_code = 99,
          .duration = 61s + Nanoseconds(number),
          .figures = {.requests = 9'007'199'254'740'993U,  // one more than a double can count to
                      .requests_failed = 12,
                      .rate_per_s = 0.1 + number,
                      .latency_mean = 1ms,
                      .latency_p50 = 900us,
                      .latency_p95 = 3ms,
                      .latency_p99 = 9ms,
                      .latency_max = 1h,
                      .iterations = 99,
                      .iterations_dropped = 3,
                      .oracle_violations = 2,
                      .completion_rate = 0.95},
          .document = R"({"schema":"thresher.report/1","figures":[1,2,3]})"};
}

}  // namespace thresher::store
