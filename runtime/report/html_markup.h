#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::report {

/// Text from outside made safe between the tags and in the quoted attributes of HTML and of XML 1.0: the five special
/// characters become references, control characters other than tab and line end are left out (XML cannot hold them),
/// bytes that are no UTF-8 and the noncharacters U+FFFE and U+FFFF become U+FFFD.
std::string markup_escaped(std::string_view text);

/// A JSON document made safe for a script element: nothing in it can open or close a tag or a comment.
std::string script_safe(std::string_view json);

/// What colour says of something, always beside words that say it too.
enum class Mood { plain, good, bad, caution, faint };
std::string_view class_of(Mood mood);  ///< the style sheet's class

/// A word such as PASS as a coloured chip.
std::string html_word(std::string_view word, Mood mood);

/// A part of the page with its place in the navigation. `body` is HTML.
struct HtmlSection {
  std::string_view id, title;
  std::string body;
  Mood mood = Mood::plain;
};

struct HtmlCell {
  std::string text;
  std::optional<double> value = {};  ///< what a column of numbers sorts by
  Mood mood = Mood::plain;
  bool preformatted = false;
};

/// A table that page.css keeps within the page and tables.js sorts and filters. Texts are escaped here.
class HtmlTable {
 public:
  /// word: short, never broken. name: heads its row, stays in view when the table is moved sideways, and breaks after
  /// slashes.
  enum class Kind { word, text, name, number };
  struct Column {
    std::string title;
    Kind kind = Kind::number;
  };

  /// `title` names it for those who do not see it; `noun` counts its rows: "endpoints".
  HtmlTable(std::string title, std::string noun, std::vector<Column> columns);
  void add_row(std::vector<HtmlCell> cells);
  void set_foot(std::vector<HtmlCell> cells) { foot_ = std::move(cells); }  ///< stays below, whatever the order
  std::string html() const;

 private:
  std::string row(const std::vector<HtmlCell>& cells) const;

  std::string title_, noun_;
  std::vector<Column> columns_;
  std::vector<std::vector<HtmlCell>> rows_;
  std::vector<HtmlCell> foot_;
};

/// Cells of numbers. Times are microseconds and shown in milliseconds, without the unit: the column's title has it.
HtmlCell count_cell(std::uint64_t count, Mood mood = Mood::plain);
HtmlCell quantity_cell(double value);
HtmlCell milliseconds_cell(double microseconds);

}  // namespace thresher::report
