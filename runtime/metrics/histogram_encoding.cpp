#include <zlib.h>

#include <bit>
#include <cassert>
#include <cstddef>

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

std::string base64(const std::string& bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
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

}  // namespace thresher::metrics
