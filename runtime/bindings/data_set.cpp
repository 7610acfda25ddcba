#include "bindings/data_set.h"

#include <fmt/format.h>

#include <filesystem>
#include <lua.hpp>

#include "base/file.h"
#include "bindings/json_value.h"

namespace thresher::bindings {
namespace {

class JsonSet : public DataSet {
 public:
  std::size_t rows() const override { return rows_.size(); }
  void push_row(lua_State* state, std::size_t index) const override { push_json(state, rows_[index]); }

  Result<void> parse(std::string_view text, const std::string& file_name) {
    simdjson::dom::array array;
    simdjson::dom::element document;
    if (const auto error = parser_.parse(text.data(), text.size()).get(document); error != simdjson::SUCCESS) {
      return fail(ErrorCode::parse, fmt::format("not JSON: {}", simdjson::error_message(error)), file_name);
    }
    if (document.get_array().get(array) != simdjson::SUCCESS) {
      return fail(ErrorCode::parse, "the document must be an array of rows", file_name);
    }
    for (const auto row : array) rows_.push_back(row);
    return {};
  }

 private:
  simdjson::dom::parser parser_;  ///< owns what the rows point into
  std::vector<simdjson::dom::element> rows_;
};

class CsvSet : public DataSet {
 public:
  std::size_t rows() const override { return columns_ == 0 ? 0 : fields_.size() / columns_; }

  void push_row(lua_State* state, std::size_t index) const override {
    const auto* row = fields_.data() + index * columns_;
    const auto columns = static_cast<int>(columns_);
    lua_createtable(state, names_.empty() ? columns : 0, names_.empty() ? 0 : columns);
    for (int i = 0; i < columns; ++i) {
      const auto column = static_cast<std::size_t>(i);
      if (!names_.empty()) lua_pushlstring(state, names_[column].data(), names_[column].size());
      lua_pushlstring(state, text_.data() + row[column].begin, row[column].size);
      if (names_.empty()) {
        lua_rawseti(state, -2, i + 1);
      } else {
        lua_rawset(state, -3);
      }
    }
  }

  Result<void> parse(std::string_view text, const std::string& file_name, bool header, char delimiter) {
    std::size_t at = text.starts_with("\xef\xbb\xbf") ? 3 : 0;  // a byte order mark, as spreadsheets write
    for (std::size_t line = 1; at < text.size();) {
      const std::size_t line_of_row = line;
      const std::size_t fields_before = fields_.size();
      if (auto row = parse_row(text, at, line, delimiter); !row) {
        return fail(ErrorCode::parse, row.error().message, fmt::format("{}:{}", file_name, line));
      }
      const auto found = fields_.size() - fields_before;
      const bool blank = found == 1 && fields_.back().size == 0;
      if (blank) {
        fields_.pop_back();
      } else if (columns_ == 0) {
        columns_ = found;
        if (header) take_names();
      } else if (found != columns_) {
        return fail(ErrorCode::parse, fmt::format("{} fields, but the first row has {}", found, columns_),
                    fmt::format("{}:{}", file_name, line_of_row));
      }
    }
    return {};
  }

 private:
  struct Field {
    std::size_t begin = 0, size = 0;
  };

  void take_names() {
    for (const auto& field : fields_) names_.emplace_back(text_.data() + field.begin, field.size);
    fields_.clear();
  }

  /// Reads fields up to the end of the row, and steps over it. `line` counts on through line ends inside quotes.
  Result<void> parse_row(std::string_view text, std::size_t& at, std::size_t& line, char delimiter) {
    for (;;) {
      Field field{.begin = text_.size()};
      if (at < text.size() && text[at] == '"') {
        for (++at;; ++at) {
          if (at == text.size()) return fail(ErrorCode::parse, "a quoted field does not end");
          if (text[at] == '\n') ++line;
          if (text[at] == '"' && (at + 1 == text.size() || text[at + 1] != '"')) break;
          if (text[at] == '"') ++at;
          text_ += text[at];
        }
        ++at;
        if (at < text.size() && text[at] != delimiter && text[at] != '\r' && text[at] != '\n') {
          return fail(ErrorCode::parse, "text after the end of a quoted field");
        }
      } else {
        for (; at < text.size() && text[at] != delimiter && text[at] != '\n'; ++at) text_ += text[at];
        if (at == text.size() || text[at] == '\n') {
          if (!text_.empty() && text_.size() > field.begin && text_.back() == '\r') text_.pop_back();
        }
      }
      field.size = text_.size() - field.begin;
      fields_.push_back(field);
      if (at < text.size() && text[at] == '\r') ++at;
      if (at == text.size()) return {};
      if (text[at] == '\n') {
        ++at;
        ++line;
        return {};
      }
      if (text[at] == delimiter) ++at;
    }
  }

  std::string text_;           ///< the fields' bytes, unquoted
  std::vector<Field> fields_;  ///< row by row
  std::vector<std::string> names_;
  std::size_t columns_ = 0;
};

}  // namespace

Result<std::unique_ptr<DataSet>> DataSet::parse_csv(std::string_view text, const std::string& file_name, bool header,
                                                    char delimiter) {
  auto set = std::make_unique<CsvSet>();
  if (auto parsed = set->parse(text, file_name, header, delimiter); !parsed) return fail(std::move(parsed.error()));
  return set;
}

Result<std::unique_ptr<DataSet>> DataSet::parse_json(std::string_view text, const std::string& file_name) {
  auto set = std::make_unique<JsonSet>();
  if (auto parsed = set->parse(text, file_name); !parsed) return fail(std::move(parsed.error()));
  return set;
}

Result<std::shared_ptr<const DataSet>> DataStore::open(const std::string& path, Format format) {
  const std::lock_guard lock(mutex_);
  auto& set = sets_[{path, format}];
  if (set) return set;
  const auto text = read_file(path);
  if (!text) return fail(text.error());
  const auto name = std::filesystem::path(path).filename().string();
  auto parsed =
      format.json ? DataSet::parse_json(*text, name) : DataSet::parse_csv(*text, name, format.header, format.delimiter);
  if (!parsed) return fail(std::move(parsed.error()));
  set = std::move(*parsed);
  return set;
}

}  // namespace thresher::bindings
