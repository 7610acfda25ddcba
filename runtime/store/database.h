#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace thresher::store {

using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

/// What a statement gave: rows of a query, and how many rows a change touched.
struct Rows {
  std::vector<std::vector<Value>> rows;
  std::int64_t changed = 0;
};

/// A connection to a database that understands the SQL SQLite and PostgreSQL have in common. Text is UTF-8 without NUL.
/// One thread at a time. Errors name the database, say what was being done to it where that matters, and the way out.
class Database {
 public:
  virtual ~Database() = default;

  /// One statement; `$1`, `$2` ... stand for `values`. Outside a transaction it is one by itself.
  virtual Result<Rows> execute(std::string_view sql, const std::vector<Value>& values = {}) = 0;
  /// Begins a transaction that no other process's begin_exclusive() overlaps: the second waits.
  virtual Result<void> begin_exclusive() = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;  ///< harmless when there is nothing to take back
  virtual bool in_transaction() const = 0;

  /// After an error outside a transaction: whether the connection had been lost and is there again, so that what is
  /// harmless to repeat may be tried once more.
  virtual bool recovered() = 0;
  virtual const std::string& shown() const = 0;  ///< for messages
};

/// A transaction that is taken back unless it was committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database) {
    if (auto begun = database.begin_exclusive(); !begun) return fail(std::move(begun.error()));
    return Transaction(database);
  }
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (database_ != nullptr) database_->rollback();
  }

  Result<void> commit() {
    auto committed = database_->commit();
    if (committed) database_ = nullptr;
    return committed;
  }

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace thresher::store
