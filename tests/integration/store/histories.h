#pragma once

#include <memory>
#include <string>

#include "store/database.h"
#include "store/location.h"
#include "store/run_store.h"
#include "support/temporary_folder.h"

namespace thresher::store {

/// The wall clock of a test: stands still until moved. Begins at 2026-11-21T02:46:00Z.
class FakeWall {
 public:
  WallTime now = WallTime(std::chrono::sys_days(std::chrono::year{2026} / 11 / 21) + std::chrono::minutes(166));
  void advance(Nanoseconds by) { now += by; }
};

/// Options for a store under test: this process, or `owner`, by `wall`.
OpenOptions options_at(FakeWall& wall, Owner owner = Owner::of_this_process());

/// An empty history of its own in a new SQLite file.
class SqliteHistory {
 public:
  Location location() const;
  std::unique_ptr<Database> database() const;  ///< a bare connection, without tables made

 private:
  test::TemporaryFolder folder_;
};

/// An empty history of its own in a new schema of the tests' PostgreSQL server (postgres.sh).
class PostgresHistory {
 public:
  PostgresHistory();
  ~PostgresHistory();
  PostgresHistory(const PostgresHistory&) = delete;
  PostgresHistory& operator=(const PostgresHistory&) = delete;
  Location location() const;
  std::unique_ptr<Database> database() const;

  static std::string server_url();  ///< what postgres.sh wrote

 private:
  std::string schema_;
};

/// The value, or a failed test that tells the error.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_text(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// The message of a call that has to fail.
template <class T>
std::string error_of(const Result<T>& result) {
  return result ? std::string("(it did not fail)") : to_text(result.error());
}

/// A run with something in every field; `number` makes it differ from others.
RunStart some_start(int number = 1);
RunEnd some_end(int number = 1);

}  // namespace thresher::store
