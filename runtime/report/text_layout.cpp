#include "report/text_layout.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace thresher::report {
namespace {

constexpr std::size_t kNameWidthMin = 12;  // a shorter name says nothing; rather leave out a column

/// One character of UTF-8 text; length 1 and `valid` false for a byte that starts none.
struct Character {
  char32_t code = 0;
  std::size_t length = 1;
  bool valid = false;
};

Character first_character(std::string_view text) {
  const auto byte = [&text](std::size_t place) { return static_cast<unsigned char>(text[place]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead >= 0xF5 || text.size() < length) return {};
  char32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t place = 1; place < length; ++place) {
    if ((byte(place) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(place) & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (surrogate || (length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10FFFF))) return {};
  return {code, length, true};
}

struct Range {
  char32_t first, last;
};
/// Unicode's East Asian Width W and F, in blocks rather than to the last character.
constexpr std::array kWide = {Range{0x1100, 0x115F}, Range{0x2E80, 0xA4CF},   Range{0xAC00, 0xD7A3},
                              Range{0xF900, 0xFAFF}, Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
                              Range{0xFFE0, 0xFFE6}, Range{0x1F300, 0x1FAFF}, Range{0x20000, 0x3FFFD}};
constexpr std::array kCombining = {Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0x20D0, 0x20FF},
                                   Range{0xFE00, 0xFE0F}};

template <std::size_t N>
bool among(const std::array<Range, N>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& range) { return code >= range.first && code <= range.last; });
}

std::size_t width_of(char32_t code) { return among(kCombining, code) ? 0 : among(kWide, code) ? 2 : 1; }

std::string_view escape_of(Tone tone) {
  switch (tone) {
    case Tone::heading:
      return "\x1b[1m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::caution:
      return "\x1b[33m";
    case Tone::faint:
      return "\x1b[2m";
    default:
      return "";
  }
}

}  // namespace

std::string paint(std::string_view text, Tone tone, const Look& look) {
  if (!look.color || tone == Tone::plain || text.empty()) return std::string(text);
  return std::string(escape_of(tone)) + std::string(text) + "\x1b[0m";
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    width += character.valid ? width_of(character.code) : 1;
    text.remove_prefix(character.length);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t width, const Look& look) {
  if (display_width(text) <= width) return std::string(text);
  const std::string_view ellipsis = look.unicode ? "…" : "~";
  if (width == 0) return {};
  std::size_t used = 0, kept = 0;
  while (kept < text.size()) {
    const Character character = first_character(text.substr(kept));
    const std::size_t next = character.valid ? width_of(character.code) : 1;
    if (used + next > width - 1) break;
    used += next;
    kept += character.length;
  }
  return std::string(text.substr(0, kept)) + std::string(ellipsis);
}

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    const bool control = character.code < 0x20 || (character.code >= 0x7F && character.code < 0xA0);
    if (character.valid && !control) {
      clean += text.substr(0, character.length);
    } else {
      clean += text.front() == '\t' ? ' ' : '?';
    }
    text.remove_prefix(character.length);
  }
  return clean;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  lines.push_back(std::move(line));
  return lines;
}

void TextTable::add_row(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

void TextTable::add_rule() { rows_.emplace_back(); }

TextTable::Fit TextTable::fit(std::size_t width) const {
  Fit fit;
  fit.shown.assign(columns_.size(), true);
  std::size_t elastic = columns_.size();
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    std::size_t needed = std::max(columns_[index].width_min, display_width(columns_[index].title));
    for (const auto& row : rows_) {
      if (!row.empty()) needed = std::max(needed, display_width(row[index].text));
    }
    fit.widths.push_back(needed);
    if (columns_[index].elastic) elastic = index;
  }
  const auto total = [&] {
    std::size_t sum = 0;
    for (std::size_t index = 0; index < columns_.size(); ++index) {
      if (fit.shown[index]) sum += fit.widths[index] + (sum == 0 ? 0 : columns_[index].bar_before ? 3 : 1);
    }
    return sum;
  };
  const std::size_t name_width = elastic < columns_.size() ? fit.widths[elastic] : 0;
  const std::size_t name_width_min = std::min(name_width, kNameWidthMin);
  while (true) {
    const std::size_t needed = total();
    if (needed <= width) return fit;
    if (elastic < columns_.size() && needed - width <= fit.widths[elastic] - name_width_min) {
      fit.widths[elastic] -= needed - width;
      return fit;
    }
    std::size_t least = columns_.size();
    for (std::size_t index = 0; index < columns_.size(); ++index) {
      const bool droppable = fit.shown[index] && columns_[index].importance < 100;
      if (droppable && (least == columns_.size() || columns_[index].importance < columns_[least].importance))
        least = index;
    }
    if (least == columns_.size()) {  // nothing left to leave out
      if (elastic < columns_.size()) fit.widths[elastic] = name_width_min;
      return fit;
    }
    fit.shown[least] = false;
  }
}

std::string TextTable::line(const std::vector<Cell>& cells, const Fit& fit, const Look& look) const {
  std::string text;
  std::string_view gap;
  std::size_t owed = 0;  // padding of a left-aligned cell, written only if something follows
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    if (!fit.shown[index]) continue;
    const Column& column = columns_[index];
    const bool rule = cells.empty();
    if (!gap.empty()) {
      text.append(owed, ' ');
      text += !column.bar_before ? (rule ? "-" : " ") : rule ? "-|-" : " | ";
    }
    gap = " ";
    owed = 0;
    if (rule) {
      text.append(fit.widths[index], '-');
      continue;
    }
    const std::string shown = shortened(cells[index].text, fit.widths[index], look);
    const std::size_t padding = fit.widths[index] - std::min(fit.widths[index], display_width(shown));
    if (column.left) {
      owed = padding;
    } else {
      text.append(padding, ' ');
    }
    text += paint(shown, cells[index].tone, look);
  }
  return text;
}

std::vector<std::string> TextTable::lines(const Look& look) const {
  const Fit fitted = fit(look.width);
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Tone::heading});
  std::vector<std::string> lines = {line(titles, fitted, look), line({}, fitted, look)};
  for (const auto& row : rows_) lines.push_back(line(row, fitted, look));
  return lines;
}

}  // namespace thresher::report
