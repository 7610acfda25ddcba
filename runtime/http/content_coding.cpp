#include "http/content_coding.h"

#include <brotli/decode.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "base/text.h"
#include "http/headers.h"

namespace thresher::http {
namespace {

/// Answers stack one coding, rarely two. A header that lists more is after our time and memory.
constexpr std::size_t kMaxCodings = 4;
/// RFC 9659: a zstd content coding's window is at most 8 MiB, so that a frame cannot make its reader allocate more.
constexpr int kZstdWindowLog = 23;
constexpr std::size_t kStep = std::size_t{16} << 10;

/// The unpacked bytes so far, with room for more up to a limit.
class Output {
 public:
  explicit Output(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Where the next bytes go; never empty. One byte of room beyond the limit tells "exactly full" from "too much".
  char* room() {
    if (used_ == bytes_.size()) bytes_.resize(std::min(std::max(kStep, bytes_.size() * 2), max_bytes_) + 1);
    return bytes_.data() + used_;
  }
  std::size_t room_size() const { return bytes_.size() - used_; }
  /// `count` bytes were put into room(). False once there are more than allowed.
  bool took(std::size_t count) {
    used_ += count;
    return used_ <= max_bytes_;
  }
  std::string finish() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
  std::size_t max_bytes_;
};

auto refuse(std::string_view coding, std::string_view why) {
  return fail(ErrorCode::parse, fmt::format("{}: {}", coding, why));
}
auto refuse_size(std::string_view coding, std::size_t max_bytes) {
  return refuse(coding, fmt::format("unpacks to more than {} bytes", max_bytes));
}

/// zlib's window argument: +16 reads gzip, a negative one reads deflate without any header.
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

Result<std::string> inflate_with(std::string_view coding, std::string_view body, int window, std::size_t max_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, window) != Z_OK) return refuse(coding, "cannot start zlib");
  const std::unique_ptr<z_stream, EndInflate> ender(&stream);
  Output out(max_bytes);
  const auto* next = reinterpret_cast<const Bytef*>(body.data());
  std::size_t left = body.size();
  while (true) {
    const auto slice = static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<uInt>::max()));
    stream.next_in = const_cast<Bytef*>(next);  // zlib's old signature; it does not write there
    stream.avail_in = slice;
    stream.next_out = reinterpret_cast<Bytef*>(out.room());
    const auto room = static_cast<uInt>(std::min<std::size_t>(out.room_size(), std::numeric_limits<uInt>::max()));
    stream.avail_out = room;
    const int status = inflate(&stream, Z_NO_FLUSH);
    next += slice - stream.avail_in;
    left -= slice - stream.avail_in;
    if (!out.took(room - stream.avail_out)) return refuse_size(coding, max_bytes);
    if (status == Z_STREAM_END) {
      if (left == 0) return out.finish();
      if (window != kGzipWindow) return refuse(coding, "bytes follow the end of the data");
      if (inflateReset(&stream) != Z_OK) return refuse(coding, "cannot start zlib");  // gzip: another member follows
      continue;
    }
    if (status == Z_BUF_ERROR || (status == Z_OK && left == 0 && stream.avail_out > 0)) {
      return refuse(coding, "the data ends too early");
    }
    if (status != Z_OK) return refuse(coding, stream.msg != nullptr ? stream.msg : "damaged data");
  }
}

/// "deflate" is zlib's format by the RFC and bare deflate by what some servers send: two bytes tell them apart.
Result<std::string> decode_deflate(std::string_view body, std::size_t max_bytes) {
  const auto byte = [body](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(body[i])); };
  const bool zlib = body.size() >= 2 && (byte(0) & 15) == Z_DEFLATED && (byte(0) * 256 + byte(1)) % 31 == 0;
  return inflate_with("deflate", body, zlib ? kZlibWindow : kRawWindow, max_bytes);
}

struct DestroyBrotli {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

Result<std::string> decode_brotli(std::string_view body, std::size_t max_bytes) {
  const std::unique_ptr<BrotliDecoderState, DestroyBrotli> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (!state) return refuse("br", "cannot start brotli");
  Output out(max_bytes);
  const auto* next = reinterpret_cast<const std::uint8_t*>(body.data());
  std::size_t left = body.size();
  while (true) {
    auto* to = reinterpret_cast<std::uint8_t*>(out.room());
    const std::size_t room = out.room_size();
    std::size_t unused = room;
    const BrotliDecoderResult status = BrotliDecoderDecompressStream(state.get(), &left, &next, &unused, &to, nullptr);
    if (!out.took(room - unused)) return refuse_size("br", max_bytes);
    if (status == BROTLI_DECODER_RESULT_ERROR) {
      return refuse("br", BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state.get())));
    }
    if (status == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return refuse("br", "the data ends too early");
    if (status == BROTLI_DECODER_RESULT_SUCCESS) {
      if (left > 0) return refuse("br", "bytes follow the end of the data");
      return out.finish();
    }
  }
}

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Result<std::string> decode_zstd(std::string_view body, std::size_t max_bytes) {
  const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
  if (!context) return refuse("zstd", "cannot start zstd");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  Output out(max_bytes);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  while (true) {
    char* to = out.room();
    ZSTD_outBuffer step{to, out.room_size(), 0};
    const std::size_t wanted = ZSTD_decompressStream(context.get(), &step, &in);
    if (ZSTD_isError(wanted) != 0) return refuse("zstd", ZSTD_getErrorName(wanted));
    if (!out.took(step.pos)) return refuse_size("zstd", max_bytes);
    if (wanted == 0 && in.pos == in.size)
      return out.finish();  // a whole frame, all of it handed over, nothing after it
    if (in.pos == in.size && step.pos < step.size) return refuse("zstd", "the data ends too early");
  }
}

Result<std::string> decode_one(std::string_view body, std::string_view coding, std::size_t max_bytes) {
  if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) {
    return inflate_with("gzip", body, kGzipWindow, max_bytes);
  }
  if (equals_ignoring_case(coding, "deflate")) return decode_deflate(body, max_bytes);
  if (equals_ignoring_case(coding, "br")) return decode_brotli(body, max_bytes);
  if (equals_ignoring_case(coding, "zstd")) return decode_zstd(body, max_bytes);
  return fail(ErrorCode::parse, fmt::format("content encoding '{}' is unknown", coding));
}

}  // namespace

Result<std::string> decode_content(std::string_view body, std::string_view content_encoding, std::size_t max_bytes) {
  std::vector<std::string> codings = split(content_encoding, ",");
  std::erase_if(codings, [](const std::string& coding) { return equals_ignoring_case(coding, "identity"); });
  if (codings.size() > kMaxCodings) {
    return fail(ErrorCode::parse, fmt::format("more than {} content codings: '{}'", kMaxCodings, content_encoding));
  }
  std::string decoded(body);
  if (decoded.size() > max_bytes) return refuse_size("identity", max_bytes);
  // An answer to HEAD, a 204 or a 304 names a coding and has no bytes to undo it on.
  for (auto coding = codings.rbegin(); coding != codings.rend() && !decoded.empty(); ++coding) {
    auto step = decode_one(decoded, *coding, max_bytes);
    if (!step) return step;
    decoded = std::move(*step);
  }
  return decoded;
}

}  // namespace thresher::http
