#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "store/owner.h"
#include "store/run_record.h"

namespace thresher::store {

// How records are spelt in thresher_runs: one place for the columns and their order. All pure.

/// A column and what goes into it.
struct Field {
  std::string_view column;
  Value value;
};
std::vector<Field> fields_of(const RunStart& start);  ///< the document is not among them
std::vector<Field> fields_of(const RunEnd& end);      ///< likewise
std::vector<Field> fields_of(const Owner& owner);

/// The columns of a SELECT that record_of() and owner_of() read.
std::string_view record_columns();
RunRecord record_of(const std::vector<Value>& row);
Owner owner_of(const std::vector<Value>& row);

/// Text that every database takes: UTF-8, what is not replaced by U+FFFD, without NUL.
std::string storable(std::string_view text);

inline Value nanoseconds_of(WallTime time) { return std::int64_t{time.time_since_epoch().count()}; }

}  // namespace thresher::store
