#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct lua_State;

namespace thresher::bindings {

/// The rows of one data file, read once and never changed: every worker's scripts share it, on any thread.
class DataSet {
 public:
  virtual ~DataSet() = default;
  virtual std::size_t rows() const = 0;
  /// Pushes row `index` (from 0) as a fresh Lua value: the script may do with it what it likes.
  virtual void push_row(lua_State* state, std::size_t index) const = 0;

  /// CSV as RFC 4180 has it (quotes, doubled quotes, line ends inside quotes; LF or CRLF). With a header rows are
  /// tables by column name, else lists. Errors carry file:line.
  static Result<std::unique_ptr<DataSet>> parse_csv(std::string_view text, const std::string& file_name, bool header,
                                                    char delimiter);
  /// A JSON document that is an array.
  static Result<std::unique_ptr<DataSet>> parse_json(std::string_view text, const std::string& file_name);
};

/// The data files of a process, each read once. Any thread.
class DataStore {
 public:
  struct Format {
    bool json = false;
    bool header = true;
    char delimiter = ',';
    auto operator<=>(const Format&) const = default;
  };
  Result<std::shared_ptr<const DataSet>> open(const std::string& path, Format format);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, Format>, std::shared_ptr<const DataSet>>
      sets_;  ///< owned with the scripts that use them
};

/// How a script goes through the rows of a file. Which row somebody gets depends on who they are and how often they
/// asked, never on the workers.
enum class Order : std::uint8_t {
  sequential,  ///< user n starts at row n and walks on, from the end back to the start
  random,      ///< by the user's own stream
  unique,      ///< user n's j-th row is n + j * users: no row twice; running out is an error
};

/// One data.csv(...) or data.json(...) of a script.
struct DataRows {
  std::shared_ptr<const DataSet> set;
  Order order = Order::sequential;
  std::string name;  ///< of the file, for messages
};

}  // namespace thresher::bindings
