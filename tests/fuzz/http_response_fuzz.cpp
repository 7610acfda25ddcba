#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/content_coding.h"
#include "http/headers.h"
#include "http/request_parser.h"
#include "http/response_parser.h"

using namespace thresher;
using namespace thresher::http;

namespace {

using Progress = MessageParser::Progress;

constexpr MessageLimits kLimits{.max_head = 4096, .max_body = 4096};

void must(bool holds) {
  if (!holds) std::abort();
}

struct Seen {
  Progress progress;
  Outcome outcome;
  int status;
  std::string head, body;
  bool operator==(const Seen&) const = default;
};

/// Parses in pieces of `step` bytes, each in a buffer of its own, as reads are.
Seen parse(std::string_view bytes, std::size_t step, bool is_head) {
  ResponseParser parser;
  parser.begin(is_head, kLimits);
  Progress progress = Progress::more;
  std::string piece;
  for (std::size_t at = 0; at < bytes.size() && progress == Progress::more; at += step) {
    piece.assign(bytes.substr(at, step));
    progress = parser.feed(piece);
    must(parser.head().size() <= kLimits.max_head && parser.body().size() <= kLimits.max_body);
  }
  if (progress == Progress::more) progress = parser.finish();
  must(progress != Progress::more);
  must((progress == Progress::failed) == (parser.outcome() != Outcome::ok));
  Seen seen{progress, parser.outcome(), 0, {}, {}};
  if (progress == Progress::failed) return seen;
  seen.status = parser.status();
  seen.head = parser.head();
  seen.body = parser.body();
  must(seen.status >= 200);
  return seen;
}

}  // namespace

/// The first byte says whether the request was HEAD, the rest is what the server sent. Whatever that is, it is an
/// answer within the limits or a failure with a name, and an answer is the same however it was cut into reads. Bytes
/// beyond the answer are seen only when they share a read with its end, so answers compare only with answers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool is_head = data[0] == 'H';
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);

  const Seen whole = parse(bytes, std::max<std::size_t>(bytes.size(), 1), is_head);
  const Seen single = parse(bytes, 1, is_head);
  if (whole.progress == Progress::complete) must(single == whole);
  must(parse(bytes, 7, is_head).progress == Progress::complete || single.progress == Progress::failed ||
       whole.progress == Progress::failed);

  if (whole.progress == Progress::complete) {
    HeaderReader reader(whole.head);
    std::string_view name;
    std::string_view value;
    while (reader.next(name, value)) must(!name.empty());
    const auto decoded = decode_content(whole.body, find_header(whole.head, "Content-Encoding").value, 1 << 16);
    must(!decoded || decoded->size() <= 1 << 16);
  }

  RequestParser requests;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    requests.begin(kLimits);
    if (requests.feed(rest) != Progress::complete) break;
    must(requests.consumed() > 0 && requests.consumed() <= rest.size());
    must(!requests.method().empty());
    rest.remove_prefix(requests.consumed());
  }
  return 0;
}
