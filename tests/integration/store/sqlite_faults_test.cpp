// What can be wrong with a SQLite file, and what a person is told then.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>

#include "base/file.h"
#include "histories.h"
#include "store/sql_run_store.h"
#include "store/sqlite_database.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// What opening `location` says to a user who is not root: root may write anywhere.
std::string error_as_nobody(const Location& location) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(1);
    const std::string message = error_of(RunStore::open(location));
    (void)!::write(ends[1], message.data(), message.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string message;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    message.append(buffer.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return message;
}

}  // namespace

TEST_CASE("a history is made with its folders and is nobody else's to read", "[integration][store]") {
  const SqliteHistory history;
  must(RunStore::open(history.location()));
  struct stat facts {};
  REQUIRE(::stat(history.location().target.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  const auto mode = must(history.database()->execute("PRAGMA journal_mode"));
  CHECK(std::get<std::string>(mode.rows.at(0).at(0)) == "wal");
}

TEST_CASE("a folder that cannot be written to is named, with the way out", "[integration][store]") {
  const test::TemporaryFolder folder;
  fs::permissions(folder.path(),
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const std::string path = folder / "history.db";
  const std::string message = error_as_nobody(must(parse_location(path)));
  CHECK_THAT(message, Contains("'" + path + "'") && Contains("Permission denied") && Contains("--no-history") &&
                          Contains("DATABASE_URL=sqlite:FILE"));
  CHECK_THAT(error_of(RunStore::open(must(parse_location("/dev/null/history.db")))), Contains("Not a directory"));
  CHECK_THAT(error_of(RunStore::open(must(parse_location(folder.path().string())))), Contains("Is a directory"));
}

TEST_CASE("a damaged file is named and left as it is", "[integration][store]") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "history.db";
  must(write_file(
      path, "this is no database, but somebody's notes; long enough to have a page's header" + std::string(1000, '.')));
  const std::string before = must(read_file(path));
  CHECK_THAT(error_of(RunStore::open(must(parse_location(path)))),
             Contains("'" + path + "'") && Contains("damaged or no SQLite database") && Contains("move it away"));
  CHECK(must(read_file(path)) == before);
}

TEST_CASE("pages damaged in the middle of a file are an error, not an empty history", "[integration][store]") {
  const SqliteHistory history;
  const std::string path = history.location().target;
  {
    const auto store = must(RunStore::open(history.location()));
    for (int number = 0; number < 50; ++number) must(store->begin(some_start(number)));
    must(history.database()->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  std::string bytes = must(read_file(path));
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = '\x5a';
  must(write_file(path, bytes));
  CHECK_THAT(error_of(RunStore::open(history.location())), Contains("damaged"));
}

TEST_CASE("a disk that is full fails the record whole", "[integration][store]") {
  const SqliteHistory history;
  FakeWall wall;
  auto database = history.database();
  must(database->execute("PRAGMA user_version = 1"));
  Database& disk = *database;
  const auto store = must(make_sql_run_store(std::move(database), options_at(wall)));
  const std::string id = must(store->begin(some_start()));
  // From here on the file may grow by nothing: SQLite then answers as it does when the disk has no room.
  const auto pages = must(disk.execute("PRAGMA page_count"));
  must(disk.execute("PRAGMA max_page_count = " + std::to_string(std::get<std::int64_t>(pages.rows.at(0).at(0)))));
  RunEnd end = some_end();
  end.document = "\"" + std::string(1'000'000, 'x') + "\"";
  CHECK_THAT(error_of(store->finish(id, end)), Contains("the disk is full") && Contains("thresher runs rm"));
  CHECK(must(store->get(id)).running());
  CHECK(must(store->get(id)).document == some_start().document);

  must(disk.execute("PRAGMA max_page_count = 1000000"));
  must(store->finish(id, end));
  CHECK(must(store->get(id)).document == end.document);
}

TEST_CASE("a lock held for too long is told as such", "[integration][store]") {
  const SqliteHistory history;
  FakeWall wall;
  must(RunStore::open(history.location()));
  const auto holder = history.database();
  must(holder->begin_exclusive());
  const auto store = must(make_sql_run_store(must(open_sqlite(history.location().target, 20ms)), options_at(wall)));
  CHECK_THAT(error_of(store->begin(some_start())), Contains("another process has held its lock for too long"));
  CHECK(must(store->list({})).empty());  // reading waits for nobody
  must(holder->commit());
  CHECK(store->begin(some_start()));
}
