#include "cli/nested_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace thresher::cli {
namespace {

class Parser {
 public:
  Parser(const std::string& text, std::uint64_t depth, std::uint64_t width, const std::string& file)
      : text_(text), python_(text.find("{{") != std::string::npos), depth_(depth), width_(width), file_(file) {}

  Result<std::vector<std::string>> parse() {
    while (at_ < text_.size()) {
      if (auto taken = take(); !taken) return fail(std::move(taken.error()));
    }
    end_literal();
    return std::move(parts_);
  }

 private:
  Result<void> take() {
    const char c = text_[at_];
    const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
    if (python_ && (c == '{' || c == '}') && doubled) {
      literal_ += c;
      at_ += 2;
      return {};
    }
    if (c == '{') {
      const std::size_t end = text_.find('}', at_);
      const std::string_view field =
          end == std::string::npos ? std::string_view() : text_.substr(at_ + 1, end - at_ - 1);
      if (put(field)) {
        at_ = end + 1;
        return {};
      }
      if (python_) return refuse(fmt::format("'{{{}}}' is none of {{seq}}, {{depth}}, {{width}}, {{payload}}", field));
    }
    if (python_ && c == '}') return refuse("a single '}'; double the braces of JSON, or none of them");
    literal_ += c;
    ++at_;
    return {};
  }

  bool put(std::string_view field) {
    if (field == "depth") return literal_ += std::to_string(depth_), true;
    if (field == "width") return literal_ += std::to_string(width_), true;
    if (field != "seq" && field != "payload") return false;
    end_literal();
    parts_.emplace_back(field == "seq" ? kSequencePart : kPayloadPart);
    return true;
  }

  void end_literal() {
    if (!literal_.empty()) parts_.push_back(std::move(literal_));
    literal_.clear();
  }

  Result<void> refuse(std::string why) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    return fail(ErrorCode::invalid_argument, std::move(why), fmt::format("{}:{}", file_, line));
  }

  std::string_view text_;
  bool python_;
  std::uint64_t depth_, width_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::string literal_;
  std::vector<std::string> parts_;
};

}  // namespace

Result<std::vector<std::string>> parse_body_template(const std::string& text, std::uint64_t depth, std::uint64_t width,
                                                     const std::string& file) {
  auto parts = Parser(text, depth, width, file).parse();
  if (!parts) return parts;
  std::string filled;
  for (const std::string& part : *parts) filled += part == kSequencePart ? "0" : part == kPayloadPart ? "" : part;
  try {
    const auto document = nlohmann::json::parse(filled);
    if (document.is_object()) return parts;
    return fail(ErrorCode::invalid_argument, "--body-template is no JSON object", file);
  } catch (const nlohmann::json::parse_error& problem) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("--body-template is no JSON once filled in: {}", problem.what()), file);
  }
}

}  // namespace thresher::cli
