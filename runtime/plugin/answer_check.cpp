#include "plugin/answer_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "plugin/table_array.h"
#include "plugin/text.h"

namespace thresher::plugin {
namespace {

/// RFC 9110, section 5.6.2: a header's name is a token.
bool is_token(std::string_view name) {
  const auto is_token_character = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

bool same_name(std::string_view name, std::string_view lower) {
  return std::equal(name.begin(), name.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

std::string header_breach(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(':');
    if (end == std::string_view::npos || colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
        line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
      return fmt::format("its header line \"{}\" is not \"Name: value\\r\\n\"", line);
    for (const std::string_view ours : {"content-length", "transfer-encoding"})
      if (same_name(line.substr(0, colon), ours))
        return fmt::format("it sets the header {}, which is the host's to set", line.substr(0, colon));
    lines.remove_prefix(end + 2);
  }
  return {};
}

/// An answer of 1.0 ends where streams begin.
constexpr std::size_t kSizeOf1_0 = offsetof(thresher_answer, chunks);

std::string stream_breach(const thresher_answer& answer) {
  if (answer.struct_size < sizeof(thresher_answer))
    return fmt::format("it streams with a thresher_answer of {} bytes; ABI 1.2 has {}", answer.struct_size,
                       sizeof(thresher_answer));
  if (answer.stream_end < THRESHER_STREAM_FINISH || answer.stream_end > THRESHER_STREAM_HOLD)
    return fmt::format("its stream has the unknown end {}", answer.stream_end);
  const auto chunks = read_chunks(answer);
  if (!chunks) return "its stream " + chunks.error().message;
  for (const thresher_chunk* chunk : *chunks)
    if (chunk->after_ns < 0)
      return fmt::format("a chunk of its stream comes {} ns before the one before it", -chunk->after_ns);
  return {};
}

}  // namespace

Result<std::vector<const thresher_chunk*>> read_chunks(const thresher_answer& answer) {
  return read_array(answer.chunks, answer.chunk_count, "thresher_chunk", "chunks", "1.2");
}

std::string answer_breach(const thresher_answer* answer) {
  if (!answer) return "it answered with NULL";
  if (answer->struct_size < kSizeOf1_0)
    return fmt::format("it answered with a thresher_answer of {} bytes; ABI 1.0 has {}", answer->struct_size,
                       kSizeOf1_0);
  if (answer->kind < THRESHER_ANSWER_WHOLE || answer->kind > THRESHER_ANSWER_STREAM)
    return fmt::format("it answered with the unknown kind {}", answer->kind);
  if (answer->after_ns < 0) return fmt::format("it answered {} ns before the request came", -answer->after_ns);
  const bool has_head = answer->kind == THRESHER_ANSWER_WHOLE || answer->kind == THRESHER_ANSWER_TRUNCATE ||
                        answer->kind == THRESHER_ANSWER_STREAM;
  if (!has_head) return {};
  if (answer->status < 200 || answer->status > 599) return fmt::format("it answered with status {}", answer->status);
  if (answer->kind == THRESHER_ANSWER_STREAM)
    if (std::string breach = stream_breach(*answer); !breach.empty()) return breach;
  return header_breach(view_of(answer->headers));
}

}  // namespace thresher::plugin
