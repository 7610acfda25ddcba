#pragma once

#include <string>
#include <string_view>

namespace thresher::report {

/// One row of a CSV file, written the way the tool whose format it is writes it: `python` (Locust: csv.writer with its
/// default dialect) ends lines with CR LF; `go` (k6: encoding/csv) with LF, and also quotes a leading blank and the
/// field
/// `\.`. Both quote a field only when they must and double the quotes inside.
class CsvRow {
 public:
  enum class Dialect { python, go };
  explicit CsvRow(Dialect dialect) : dialect_(dialect) {}

  CsvRow& field(std::string_view text);
  /// The row with its line end; the next field starts a new one.
  std::string end();

 private:
  bool must_quote(std::string_view text) const;

  Dialect dialect_;
  std::string text_;
  bool has_fields_ = false;
};

/// A float as Python's repr() spells it: the shortest text that reads back, always with a point or an exponent
/// ("12.0").
std::string python_float(double value);

}  // namespace thresher::report
