#pragma once

#include <optional>
#include <utility>

#include "store/database.h"

namespace thresher::store {

/// A transaction of its own, or a part of the one that is open on this database: several operations that are committed
/// together cost one sync of the disk. What is taken back as a part takes the whole back, so an operation that fails
/// after writing must fail the whole; those of the kit refuse before they write, or fail on the database itself.
class JoinedTransaction {
 public:
  static Result<JoinedTransaction> begin(Database& database) {
    if (database.in_transaction()) return JoinedTransaction({});
    auto own = Transaction::begin(database);
    if (!own) return fail(std::move(own.error()));
    return JoinedTransaction(std::move(*own));
  }
  Result<void> commit() { return own_ ? own_->commit() : Result<void>(); }

 private:
  explicit JoinedTransaction(std::optional<Transaction> own) : own_(std::move(own)) {}
  std::optional<Transaction> own_;  ///< empty: somebody else's
};

}  // namespace thresher::store
