#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/number_text.h"

namespace thresher::report {

/// How a terminal looks, as far as texts depend on it.
struct Look {
  std::size_t width = 80, height = 24;  ///< in character cells
  bool color = false;
  bool unicode = true;  ///< false: plain ASCII, for a C locale
  TimeUnit time_unit = TimeUnit::automatic;
};

enum class Tone { plain, heading, good, bad, caution, faint };

/// The text between the escape sequences of its tone; as it is without colour.
std::string paint(std::string_view text, Tone tone, const Look& look);

/// Cells a terminal needs for UTF-8 text without control characters: wide East Asian characters take two, combining
/// marks none.
std::size_t display_width(std::string_view text);
/// Cut to `width` cells with an ellipsis when it is longer.
std::string shortened(std::string_view text, std::size_t width, const Look& look);
/// Text from outside made harmless for a terminal: control characters (an escape sequence in a server's error, say) and
/// bytes that are not UTF-8 become `?`; tabs become blanks. One line.
std::string printable(std::string_view text);
/// Broken at blanks into lines of at most `width` cells; a word longer than that keeps its own line.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// A table whose columns are as wide as they need. When the terminal is narrower the name column gives way first, then
/// columns are left out, the least important first.
class TextTable {
 public:
  struct Column {
    std::string title;
    bool left = false;     ///< aligned left; numbers are right
    int importance = 100;  ///< the lowest goes first when there is no room; 100 never goes
    std::size_t width_min = 0;
    bool bar_before = false;  ///< a `|` sets it off from what precedes
    bool elastic = false;     ///< may be shortened (one column)
  };
  struct Cell {
    std::string text;
    Tone tone = Tone::plain;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add_row(std::vector<Cell> cells);
  void add_rule();
  /// Title, rule and rows, none wider than the look's width (as long as the columns of importance 100 fit), without
  /// line ends.
  std::vector<std::string> lines(const Look& look) const;

 private:
  struct Fit {
    std::vector<std::size_t> widths;
    std::vector<bool> shown;
  };
  Fit fit(std::size_t width) const;
  std::string line(const std::vector<Cell>& cells, const Fit& fit, const Look& look) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;  ///< an empty one is a rule
};

}  // namespace thresher::report
