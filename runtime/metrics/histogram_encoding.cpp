#include <zlib.h>

#include <bit>
#include <cassert>
#include <cstddef>
#include <optional>

#include "metrics/histogram.h"

// HdrHistogram's V2 encoding, as its Java original writes it (AbstractHistogram.encodeIntoByteBuffer and
// ZigZagEncoding): a 40-byte header, then the counts from index 0 to that of the largest value. All header fields are
// big-endian.
namespace thresher::metrics {
namespace {

constexpr std::uint32_t kWordSize = 0x10;  // "LEB128 counts", in the cookies' second-lowest hexadecimal digit
constexpr std::uint32_t kCookie = 0x1c849303 | kWordSize;
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | kWordSize;
constexpr std::uint32_t kSignificantDigits = 3;

template <class Number>
void put_big_endian(std::string& out, Number number) {
  for (std::size_t byte = sizeof(number); byte-- > 0;) out.push_back(static_cast<char>(number >> (8 * byte)));
}

/// LEB128 of the zigzagged number; unlike the standard one, the ninth byte carries eight bits and is the last.
void put_zigzag(std::string& out, std::int64_t number) {
  std::uint64_t rest = (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
  for (int byte = 0; byte < 8 && rest >= 0x80; ++byte) {
    out.push_back(static_cast<char>(rest | 0x80));
    rest >>= 7;
  }
  out.push_back(static_cast<char>(rest));
}

/// A run of empty buckets is its negated length; a single one is a plain 0.
void put_empty_run(std::string& out, std::size_t length) {
  if (length > 0) put_zigzag(out, length == 1 ? 0 : -static_cast<std::int64_t>(length));
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  [[maybe_unused]] const int status =
      compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
               static_cast<uLong>(bytes.size()));
  assert(status == Z_OK);  // the bound is large enough, and out of memory ends the process
  out.resize(size);
  return out;
}

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const std::string& bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      group = group << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const bool holds_data = digit <= bytes.size() - i;
      text.push_back(holds_data ? kAlphabet[group >> (18 - 6 * digit) & 63] : '=');
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = i < text.size() - padding ? kAlphabet.find(text[i]) : 0;
    if (digit == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 != 3) continue;
    for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<char>(group >> shift));
    group = 0;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::optional<std::string> inflated(std::string_view compressed) {
  // Every index with a count of nine bytes, which is more than any histogram of ours can need.
  constexpr std::size_t kPlainMax = 40 + std::size_t{9} * Histogram::kIndexes;
  std::string plain(kPlainMax, '\0');
  uLongf size = plain.size();
  const int status =
      uncompress(reinterpret_cast<Bytef*>(plain.data()), &size, reinterpret_cast<const Bytef*>(compressed.data()),
                 static_cast<uLong>(compressed.size()));
  if (status != Z_OK) return std::nullopt;
  plain.resize(size);
  return plain;
}

/// Reads numbers from the front of bytes that may end too early.
class BigEndianReader {
 public:
  explicit BigEndianReader(std::string_view bytes) : bytes_(bytes) {}

  template <class Number>
  std::optional<Number> take() {
    if (bytes_.size() < sizeof(Number)) return std::nullopt;
    Number number = 0;
    for (std::size_t byte = 0; byte < sizeof(Number); ++byte)
      number = static_cast<Number>(number << 8 | static_cast<unsigned char>(bytes_[byte]));
    bytes_.remove_prefix(sizeof(Number));
    return number;
  }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

/// The inverse of put_zigzag(); takes what it read off the front.
std::optional<std::int64_t> take_zigzag(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (std::size_t byte = 0; byte < bytes.size() && byte < 9; ++byte) {
    const auto bits = static_cast<unsigned char>(bytes[byte]);
    const bool last = byte == 8 || bits < 0x80;
    number |= static_cast<std::uint64_t>(byte == 8 ? bits : bits & 0x7f) << (7 * byte);
    if (!last) continue;
    bytes.remove_prefix(byte + 1);
    return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
  }
  return std::nullopt;
}

auto refuse(const char* why) { return fail(ErrorCode::parse, std::string("this is no histogram of ours: ") + why); }

}  // namespace

std::string Histogram::encode() const {
  std::string counts;
  std::size_t next = 0;
  for (const Bucket& bucket : buckets()) {
    const std::size_t index = index_of(bucket.lowest);
    put_empty_run(counts, index - next);
    put_zigzag(counts, static_cast<std::int64_t>(bucket.count));
    next = index + 1;
  }
  if (count_ == 0) put_empty_run(counts, 1);  // an empty one still has the bucket of its largest value, 0

  std::string plain;
  put_big_endian(plain, kCookie);
  put_big_endian(plain, static_cast<std::uint32_t>(counts.size()));
  put_big_endian(plain, std::uint32_t{0});  // normalising index offset: only double histograms shift
  put_big_endian(plain, kSignificantDigits);
  put_big_endian(plain, std::uint64_t{1});  // lowest discernible value
  put_big_endian(plain, static_cast<std::uint64_t>(kHighest));
  put_big_endian(plain, std::bit_cast<std::uint64_t>(1.0));  // integer to double conversion ratio
  plain += counts;

  const std::string compressed = deflated(plain);
  std::string framed;
  put_big_endian(framed, kCompressedCookie);
  put_big_endian(framed, static_cast<std::uint32_t>(compressed.size()));
  framed += compressed;
  return base64(framed);
}

Result<Histogram> Histogram::decode(std::string_view encoded) {
  const auto framed = from_base64(encoded);
  if (!framed) return refuse("it is not base64");
  BigEndianReader frame(*framed);
  if (frame.take<std::uint32_t>() != kCompressedCookie) return refuse("it does not begin as one of V2 does");
  const auto compressed_size = frame.take<std::uint32_t>();
  if (!compressed_size || *compressed_size != frame.rest().size()) return refuse("it is cut");
  const auto plain = inflated(frame.rest());
  if (!plain) return refuse("its compressed part is damaged");

  BigEndianReader header(*plain);
  if (header.take<std::uint32_t>() != kCookie) return refuse("its counts are not V2's");
  const auto counts_size = header.take<std::uint32_t>();
  const bool ours = header.take<std::uint32_t>() == 0U && header.take<std::uint32_t>() == kSignificantDigits &&
                    header.take<std::uint64_t>() == 1U &&
                    header.take<std::uint64_t>() == static_cast<std::uint64_t>(kHighest) &&
                    header.take<std::uint64_t>() == std::bit_cast<std::uint64_t>(1.0);
  if (!ours) return refuse("it has other digits or another range than ours");
  if (counts_size != header.rest().size()) return refuse("it is cut");

  Histogram histogram;
  std::size_t index = 0;
  for (std::string_view counts = header.rest(); !counts.empty();) {
    const auto number = take_zigzag(counts);
    if (!number) return refuse("a count is cut");
    const bool empty_run = *number <= 0;
    const auto step = *number < 0 ? static_cast<std::uint64_t>(-(*number + 1)) + 1 : std::uint64_t{1};
    if (step > kIndexes - index) return refuse("it counts values beyond its range");
    if (!empty_run) histogram.record(lowest_of(index), static_cast<std::uint64_t>(*number));
    index += static_cast<std::size_t>(step);
  }
  return histogram;
}

}  // namespace thresher::metrics
