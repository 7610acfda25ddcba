// What is PostgreSQL's own: secrets, lost connections, locks.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "histories.h"
#include "store/postgres_database.h"
#include "store/sql_run_store.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;

namespace {

/// The tests' server as the user "guarded", who needs a password.
std::string guarded_url(const std::string& password) {
  std::string url = PostgresHistory::server_url();
  const std::string user = "thresher@";
  return url.replace(url.find(user), user.size(), "guarded:" + password + "@");
}

}  // namespace

TEST_CASE("a wrong password is refused without being printed", "[integration][store]") {
  const auto refused = RunStore::open(must(parse_location(guarded_url("hunter2secret"))));
  CHECK_THAT(error_of(refused), Contains("password authentication failed") && Contains("postgresql://guarded@") &&
                                    Contains("DATABASE_URL"));
  CHECK_THAT(error_of(refused), !Contains("hunter2"));
  // The right one is taken; what this user may not do is said.
  const auto unprivileged = RunStore::open(must(parse_location(guarded_url("open%20sesame"))));
  CHECK_THAT(error_of(unprivileged), Contains("may not write there") && !Contains("sesame"));
}

TEST_CASE("a server that is not there is named with what to do", "[integration][store]") {
  const auto refused = RunStore::open(must(parse_location("postgresql://me:secret@%2Fnonexistent/db")));
  CHECK_THAT(error_of(refused), Contains("postgresql://me@/nonexistent/db") && Contains("is the server up") &&
                                    Contains("--no-history") && !Contains("secret"));
}

TEST_CASE("a run survives the loss of its connection", "[integration][store]") {
  const PostgresHistory history;
  FakeWall wall;
  auto database = history.database();
  const auto backend =
      std::get<std::int64_t>(must(database->execute("SELECT CAST(pg_backend_pid() AS BIGINT)")).rows.at(0).at(0));
  const auto store = must(make_sql_run_store(std::move(database), options_at(wall)));
  const std::string id = must(store->begin(some_start()));
  const auto killer = history.database();
  must(killer->execute("SELECT pg_terminate_backend(CAST($1 AS INTEGER), 10000)", {backend}));
  must(store->heartbeat(id));
  must(store->finish(id, some_end()));
  CHECK(must(store->get(id)).end.status == "completed_with_failures");
}

TEST_CASE("a lock of another process is waited for only so long", "[integration][store]") {
  const PostgresHistory history;
  FakeWall wall;
  must(RunStore::open(history.location()));
  const auto holder = history.database();
  must(holder->begin_exclusive());
  const auto store = must(make_sql_run_store(must(open_postgres(history.location(), 20ms)), options_at(wall)));
  CHECK_THAT(error_of(store->begin(some_start())), Contains("another process has held its lock for too long"));
  must(holder->commit());
  const auto patient = must(make_sql_run_store(must(open_postgres(history.location(), 10s)), options_at(wall)));
  CHECK(patient->begin(some_start()));  // with 20 ms another test's lock might be in the way
}
