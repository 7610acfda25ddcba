#include "store/sqlite_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <system_error>

namespace thresher::store {
namespace {

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;

constexpr std::size_t kStatementsKept = 128;

auto refuse(const SqliteWords& words, const std::string& shown, std::string_view why) {
  return fail(ErrorCode::io, fmt::format("{} '{}': {}", words.what, shown, why));
}

std::string explain(const SqliteWords& words, int status, std::string_view detail, std::string_view system) {
  switch (status & 0xff) {  // the low byte is the primary code, the rest its variety
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process has held its lock for too long; try again when that one is done";
    case SQLITE_FULL:
      return "the disk is full; " + words.room;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return fmt::format("the file is damaged or no SQLite database ({}); move it away and a new one is made", detail);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return fmt::format("it may not be written to; {}", words.way_out);
    case SQLITE_CANTOPEN:
      return fmt::format("it cannot be opened ({}); {}", system.empty() ? detail : system, words.way_out);
    case SQLITE_IOERR:
      return fmt::format("reading or writing the file failed ({}{}{}); {}", detail, system.empty() ? "" : ": ", system,
                         words.way_out);
    default:
      return fmt::format("SQLite says: {}", detail);
  }
}

/// SQLite's busy handler: `tried` counts from 0. SQLite's own sleeps grow to a tenth of a second, in which twenty
/// writers leave the file idle most of the time and the unlucky one starves.
int wait_for_lock(void* lock_timeout, int tried) {
  const std::chrono::milliseconds waited(tried);
  if (waited >= *static_cast<const Nanoseconds*>(lock_timeout)) return 0;
  sqlite3_sleep(1);
  return 1;
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(Connection connection, std::string shown, SqliteWords words)
      : connection_(std::move(connection)), shown_(std::move(shown)), words_(std::move(words)) {}

  Result<Rows> execute(std::string_view sql, const std::vector<Value>& values) override;
  Result<void> begin_exclusive() override { return perform("BEGIN IMMEDIATE"); }
  Result<void> commit() override { return perform("COMMIT"); }
  void rollback() override {
    if (in_transaction()) sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  bool in_transaction() const override { return sqlite3_get_autocommit(connection_.get()) == 0; }
  bool recovered() override { return false; }
  const std::string& shown() const override { return shown_; }

  Result<void> prepare_connection(Nanoseconds lock_timeout);

 private:
  Result<void> perform(std::string_view sql) {
    auto done = execute(sql, {});
    if (!done) return fail(std::move(done.error()));
    return {};
  }
  Result<void> switch_to_write_ahead_log(Nanoseconds lock_timeout);
  Result<void> bind(sqlite3_stmt* statement, const std::vector<Value>& values);
  tl::unexpected<Error> failed() const {
    const int status = sqlite3_extended_errcode(connection_.get());
    const int number = sqlite3_system_errno(connection_.get());
    const std::string system = number == 0 ? std::string() : std::generic_category().message(number);
    return refuse(words_, shown_, explain(words_, status, sqlite3_errmsg(connection_.get()), system));
  }
  sqlite3_stmt* prepare(std::string_view sql);

  Connection connection_;  ///< outlives its statements
  std::string shown_;
  SqliteWords words_;
  Nanoseconds lock_timeout_{};
  std::map<std::string, Statement, std::less<>> prepared_;  ///< by text
};

/// Ready to be bound; nullptr: see failed(). Kept, since preparing one costs more than most statements do.
sqlite3_stmt* SqliteDatabase::prepare(std::string_view sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) return found->second.get();
  sqlite3_stmt* made = nullptr;
  const int status = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (status != SQLITE_OK) return nullptr;
  if (prepared_.size() >= kStatementsKept) prepared_.clear();
  return prepared_.emplace(sql, Statement(made)).first->second.get();
}

Result<void> SqliteDatabase::bind(sqlite3_stmt* statement, const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int index = sqlite3_bind_parameter_index(statement, fmt::format("${}", i + 1).c_str());
    if (index == 0) continue;
    const int status = std::visit(
        [&](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, std::nullptr_t>) return sqlite3_bind_null(statement, index);
          if constexpr (std::is_same_v<T, std::int64_t>) return sqlite3_bind_int64(statement, index, value);
          if constexpr (std::is_same_v<T, double>) return sqlite3_bind_double(statement, index, value);
          if constexpr (std::is_same_v<T, std::string>) {
            // SQLITE_STATIC, spelt without its C cast: `values` outlives the statement.
            return sqlite3_bind_text64(statement, index, value.data(), value.size(), nullptr, SQLITE_UTF8);
          }
        },
        values[i]);
    if (status != SQLITE_OK) return failed();
  }
  return {};
}

Value column_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return nullptr;
    default: {
      const auto* text = sqlite3_column_text(statement, column);  // before _bytes, which would convert it
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return std::string(reinterpret_cast<const char*>(text), size);
    }
  }
}

/// Leaves a kept statement without locks and without values.
class Settled {
 public:
  explicit Settled(sqlite3_stmt* statement) : statement_(statement) {}
  ~Settled() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Settled(const Settled&) = delete;
  Settled& operator=(const Settled&) = delete;

 private:
  sqlite3_stmt* statement_;
};

Result<Rows> SqliteDatabase::execute(std::string_view sql, const std::vector<Value>& values) {
  sqlite3_stmt* const prepared = prepare(sql);
  if (prepared == nullptr) return failed();
  const Settled settled(prepared);
  if (auto bound = bind(prepared, values); !bound) return fail(std::move(bound.error()));
  Rows rows;
  int status = SQLITE_ROW;
  while ((status = sqlite3_step(prepared)) == SQLITE_ROW) {
    std::vector<Value>& row = rows.rows.emplace_back();
    for (int column = 0; column < sqlite3_column_count(prepared); ++column) row.push_back(column_of(prepared, column));
  }
  if (status != SQLITE_DONE) return failed();
  rows.changed = sqlite3_changes64(connection_.get());
  return rows;
}

/// SQLite does not wait for the lock this change needs: several processes that open a new file at once get
/// SQLITE_BUSY though a busy timeout is set. A file system without shared memory keeps its rollback journal, which is
/// as safe and makes readers wait for writers.
Result<void> SqliteDatabase::switch_to_write_ahead_log(Nanoseconds lock_timeout) {
  constexpr int kPauseMs = 10;
  const auto tries = std::chrono::duration_cast<std::chrono::milliseconds>(lock_timeout).count() / kPauseMs + 1;
  for (auto tried = tries; tried > 0; --tried) {
    if (auto switched = perform("PRAGMA journal_mode = WAL"); switched) return {};
    if ((sqlite3_errcode(connection_.get()) & 0xff) != SQLITE_BUSY) return failed();
    sqlite3_sleep(kPauseMs);
  }
  return refuse(words_, shown_, explain(words_, SQLITE_BUSY, {}, {}));
}

Result<void> SqliteDatabase::prepare_connection(Nanoseconds lock_timeout) {
  sqlite3_extended_result_codes(connection_.get(), 1);
  lock_timeout_ = lock_timeout;
  sqlite3_busy_handler(connection_.get(), &wait_for_lock, &lock_timeout_);
  if (auto switched = switch_to_write_ahead_log(lock_timeout); !switched) return switched;
  for (const std::string_view pragma : {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"})
    if (auto set = perform(pragma); !set) return set;
  return {};
}

/// The file exists and is ours before SQLite sees it, whose own message would only say that it cannot be opened.
Result<void> touch(const std::filesystem::path& path, const SqliteWords& words) {
  const auto refused = [&](int number) {
    return refuse(words, path.string(), explain(words, SQLITE_CANTOPEN, {}, std::generic_category().message(number)));
  };
  std::error_code problem;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), problem);
  if (problem) return refused(problem.value());
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return refused(errno);
  ::close(descriptor);
  return {};
}

Result<std::unique_ptr<Database>> connect(const std::string& name, Nanoseconds lock_timeout, SqliteWords words) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(name.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(opened);  // there even after most failures
  if (status != SQLITE_OK)
    return refuse(words, name, explain(words, status, sqlite3_errstr(status), std::generic_category().message(errno)));
  auto database = std::make_unique<SqliteDatabase>(std::move(connection), name, std::move(words));
  if (auto ready = database->prepare_connection(lock_timeout); !ready) return fail(std::move(ready.error()));
  return database;
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::filesystem::path& path, Nanoseconds lock_timeout,
                                              SqliteWords words) {
  if (auto touched = touch(path, words); !touched) return fail(std::move(touched.error()));
  return connect(path.string(), lock_timeout, std::move(words));
}

Result<std::unique_ptr<Database>> open_sqlite_in_memory(SqliteWords words) {
  return connect(":memory:", Nanoseconds{}, std::move(words));
}

}  // namespace thresher::store
