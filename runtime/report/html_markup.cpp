#include "report/html_markup.h"

#include "base/utf8.h"
#include "report/number_text.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::report {
namespace {

/// From so many rows on a table can be filtered, and scrolls by itself.
constexpr std::size_t kManyRows = 15;

std::string_view reference_to(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::string_view class_of(HtmlTable::Kind kind) {
  switch (kind) {
    case HtmlTable::Kind::word:
      return "word";
    case HtmlTable::Kind::text:
      return "text";
    case HtmlTable::Kind::name:
      return "name";
    default:
      return "number";
  }
}

/// Where a browser may break a path: it would not of itself.
std::string breakable(std::string escaped) {
  for (std::size_t at = 0; (at = escaped.find('/', at)) != std::string::npos; at += 6) escaped.insert(at + 1, "<wbr>");
  return escaped;
}

bool is_control(char c) {
  const auto code = static_cast<unsigned char>(c);
  return (code < 0x20 && c != '\t' && c != '\n') || code == 0x7F;
}

}  // namespace

std::string markup_escaped(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length);
    if (const std::string_view reference = reference_to(text.front()); !reference.empty())
      out += reference;
    else if (length == 0 || character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF")
      out += kReplacement;
    else if (!is_control(text.front()))
      out += character;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string script_safe(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) c == '<' ? out += "\\u003c" : out += c;  // it only stands within strings
  return out;
}

std::string_view class_of(Mood mood) {
  switch (mood) {
    case Mood::good:
      return "good";
    case Mood::bad:
      return "bad";
    case Mood::caution:
      return "caution";
    case Mood::faint:
      return "faint";
    default:
      return "plain";
  }
}

std::string html_word(std::string_view word, Mood mood) {
  return fmt::format("<span class=\"chip {}\">{}</span>", class_of(mood), markup_escaped(word));
}

HtmlTable::HtmlTable(std::string title, std::string noun, std::vector<Column> columns)
    : title_(std::move(title)), noun_(std::move(noun)), columns_(std::move(columns)) {}

void HtmlTable::add_row(std::vector<HtmlCell> cells) { rows_.push_back(std::move(cells)); }

std::string HtmlTable::row(const std::vector<HtmlCell>& cells) const {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const HtmlCell& cell = cells[i];
    const Kind kind = columns_[i].kind;
    const std::string_view tag = kind == Kind::name ? "th" : "td";
    html += fmt::format("<{}{} class=\"{}", tag, kind == Kind::name ? " scope=\"row\"" : "", class_of(kind));
    if (cell.mood != Mood::plain) html += fmt::format(" {}", class_of(cell.mood));
    html += '"';
    if (cell.value) html += fmt::format(" data-v=\"{}\"", *cell.value);
    std::string text = markup_escaped(cell.text);
    if (kind == Kind::name) text = breakable(std::move(text));
    html += cell.preformatted ? fmt::format("><pre>{}</pre></{}>", text, tag) : fmt::format(">{}</{}>", text, tag);
  }
  return html + "</tr>\n";
}

std::string HtmlTable::html() const {
  const bool many = rows_.size() > kManyRows;
  std::string html = "<div class=\"table\">\n";
  if (many) {
    html += fmt::format(
        "<div class=\"tools\"><input type=\"search\" placeholder=\"Filter {0}\" aria-label=\"Filter {0}\">"
        "<output aria-live=\"polite\">{1} {0}</output></div>\n",
        markup_escaped(noun_), count_text(rows_.size()));
  }
  const std::string title = markup_escaped(title_);
  html += fmt::format(
      "<div class=\"scroll{}\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table "
      "aria-label=\"{}\">\n<thead><tr>",
      many ? " long" : "", title, title);
  for (const Column& column : columns_) {
    html += fmt::format("<th scope=\"col\" class=\"{}\"><button type=\"button\">{}</button></th>",
                        class_of(column.kind), markup_escaped(column.title));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& cells : rows_) html += row(cells);
  html += "</tbody>\n";
  if (!foot_.empty()) html += fmt::format("<tfoot>{}</tfoot>\n", row(foot_));
  return html + "</table>\n</div>\n</div>\n";
}

HtmlCell count_cell(std::uint64_t count, Mood mood) { return {count_text(count), static_cast<double>(count), mood}; }

HtmlCell quantity_cell(double value) { return {quantity_text(value), value}; }

HtmlCell milliseconds_cell(double microseconds) { return {quantity_text(microseconds / 1000), microseconds / 1000}; }

}  // namespace thresher::report
