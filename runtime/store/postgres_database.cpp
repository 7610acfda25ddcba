#include "store/postgres_database.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>

#include "base/text.h"

namespace thresher::store {
namespace {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, FinishConnection>;
using Answer = std::unique_ptr<PGresult, ClearResult>;

// pg_type.dat: fixed numbers, part of PostgreSQL's protocol documentation by use; libpq-dev has no header with them.
constexpr Oid kInt8 = 20, kText = 25, kFloat8 = 701;

/// Serialises what must not happen twice at once, such as making the tables. Any number will do as long as no other
/// program's advisory lock in the same database has it: these are the letters "thresher".
constexpr std::int64_t kExclusiveLock = 0x7468726573686572;

/// libpq's messages end in a line end and may have several lines.
std::string one_line(const char* message) {
  std::string text(trim(message));
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::erase(text, '\t');
  return text;
}

/// Parameters in the form PQexecParams wants; all go as text.
struct Parameters {
  explicit Parameters(const std::vector<Value>& values) {
    texts.reserve(values.size());  // c_str() of earlier ones must stay
    for (const Value& value : values) {
      if (std::holds_alternative<std::nullptr_t>(value)) {
        add(0, nullptr);
      } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        add(kInt8, texts.emplace_back(fmt::format("{}", *whole)).c_str());
      } else if (const auto* real = std::get_if<double>(&value)) {
        add(kFloat8, texts.emplace_back(fmt::format("{}", *real)).c_str());
      } else {
        add(kText, std::get<std::string>(value).c_str());
      }
    }
  }
  void add(Oid type, const char* text) {
    types.push_back(type);
    pointers.push_back(text);
  }

  std::vector<std::string> texts;
  std::vector<Oid> types;
  std::vector<const char*> pointers;
};

template <class Number>
Value number_of(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Value column_of(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column) != 0) return nullptr;
  const std::string_view text(PQgetvalue(answer, row, column),
                              static_cast<std::size_t>(PQgetlength(answer, row, column)));
  switch (PQftype(answer, column)) {
    case kInt8:
      return number_of<std::int64_t>(text);
    case kFloat8:
      return number_of<double>(text);
    default:
      return std::string(text);
  }
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(Connection connection, std::string shown, Nanoseconds lock_timeout)
      : connection_(std::move(connection)), shown_(std::move(shown)), lock_timeout_(lock_timeout) {}

  Result<Rows> execute(std::string_view sql, const std::vector<Value>& values) override;
  Result<void> begin_exclusive() override;
  Result<void> commit() override { return perform("COMMIT"); }
  bool in_transaction() const override { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }
  void rollback() override {
    if (in_transaction()) (void)perform("ROLLBACK");
  }
  bool recovered() override {
    if (PQstatus(connection_.get()) == CONNECTION_OK) return false;
    PQreset(connection_.get());
    return PQstatus(connection_.get()) == CONNECTION_OK && settle().has_value();
  }
  const std::string& shown() const override { return shown_; }

  /// What every connection of ours has set.
  Result<void> settle();

 private:
  Result<void> perform(std::string_view sql) {
    auto done = execute(sql, {});
    if (!done) return fail(std::move(done.error()));
    return {};
  }
  tl::unexpected<Error> failed(const PGresult* answer) const;

  Connection connection_;
  std::string shown_;
  Nanoseconds lock_timeout_;
};

tl::unexpected<Error> PostgresDatabase::failed(const PGresult* answer) const {
  const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);  // null when there was no answer at all
  const std::string_view code = state == nullptr ? "" : state;
  const auto refuse = [this](std::string_view why) {
    return fail(ErrorCode::io, fmt::format("run history {}: {}", shown_, why));
  };
  // PostgreSQL, appendix A: classes 53 and 25, and single codes.
  if (code == "55P03") return refuse("another process has held its lock for too long; try again when that one is done");
  if (code == "53100") return refuse("the server's disk is full");
  if (code == "42501" || code == "25006")
    return refuse(
        fmt::format("this user may not write there ({}); ask for the CREATE privilege, or use another database",
                    PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY)));
  if (code.empty())
    return refuse(fmt::format("the connection was lost: {}", one_line(PQerrorMessage(connection_.get()))));
  return refuse(fmt::format("the server says: {}", PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY)));
}

Result<Rows> PostgresDatabase::execute(std::string_view sql, const std::vector<Value>& values) {
  const Parameters parameters(values);
  const Answer answer(PQexecParams(connection_.get(), std::string(sql).c_str(), static_cast<int>(values.size()),
                                   parameters.types.data(), parameters.pointers.data(), nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return failed(answer.get());
  Rows rows;
  for (int row = 0; row < PQntuples(answer.get()); ++row) {
    std::vector<Value>& into = rows.rows.emplace_back();
    for (int column = 0; column < PQnfields(answer.get()); ++column)
      into.push_back(column_of(answer.get(), row, column));
  }
  const std::string_view changed = PQcmdTuples(answer.get());
  std::from_chars(changed.data(), changed.data() + changed.size(), rows.changed);
  return rows;
}

Result<void> PostgresDatabase::begin_exclusive() {
  if (auto begun = perform("BEGIN"); !begun) return begun;
  auto locked = execute("SELECT pg_advisory_xact_lock($1)", {kExclusiveLock});
  if (locked) return {};
  rollback();
  return fail(std::move(locked.error()));
}

Result<void> PostgresDatabase::settle() {
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);  // "relation exists, skipping"
  const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(lock_timeout_).count();
  for (const std::string& setting :
       {fmt::format("SET lock_timeout = {}", timeout), std::string("SET client_encoding = 'UTF8'"),
        std::string("SET synchronous_commit = on")})
    if (auto set = perform(setting); !set) return set;
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const Location& location, Nanoseconds lock_timeout) {
  // What the URL says itself wins over the first two; `dbname` that holds a URL is expanded in place.
  const char* const keywords[] = {"connect_timeout", "fallback_application_name", "dbname", nullptr};
  const char* const values[] = {"10", "thresher", location.target.c_str(), nullptr};
  Connection connection(PQconnectdbParams(keywords, values, 1));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return fail(ErrorCode::io,
                fmt::format("run history {}: {}; is the server up, and DATABASE_URL right? Or go on without a history "
                            "(--no-history)",
                            location.shown, one_line(PQerrorMessage(connection.get()))));
  }
  auto database = std::make_unique<PostgresDatabase>(std::move(connection), location.shown, lock_timeout);
  if (auto settled = database->settle(); !settled) return fail(std::move(settled.error()));
  return database;
}

}  // namespace thresher::store
