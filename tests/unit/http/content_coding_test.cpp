#include "http/content_coding.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>

using namespace thresher::http;

namespace {

constexpr std::size_t kPlenty = std::size_t{64} << 20;

std::string deflated(const std::string& text, int window) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string gzipped(const std::string& text) { return deflated(text, 15 + 16); }

std::string brotlied(const std::string& text) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
  std::string out(size, '\0');
  REQUIRE(BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.size(),
                                reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
  out.resize(size);
  return out;
}

std::string zstded(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string packed(const std::string& coding, const std::string& text) {
  if (coding == "gzip") return gzipped(text);
  if (coding == "br") return brotlied(text);
  if (coding == "zstd") return zstded(text);
  return deflated(text, 15);
}

/// Text that does not compress away to nothing.
std::string sample(std::size_t size) {
  std::string text;
  for (unsigned i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761U) + " and ";
  text.resize(size);
  return text;
}

std::string problem(const std::string& body, const std::string& coding, std::size_t max_bytes = kPlenty) {
  auto decoded = decode_content(body, coding, max_bytes);
  REQUIRE(!decoded);
  return decoded.error().message;
}

}  // namespace

TEST_CASE("every coding comes undone, at sizes around the buffers' edges", "[http][coding]") {
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    for (const std::size_t size : {1U, 100U, 16383U, 16384U, 16385U, 65536U, 300000U}) {
      INFO(coding << " " << size);
      const std::string text = sample(size);
      auto decoded = decode_content(packed(coding, text), coding, kPlenty);
      REQUIRE(decoded);
      CHECK(*decoded == text);
    }
  }
}

TEST_CASE("a body may unpack to exactly the limit and not one byte more", "[http][coding]") {
  const std::string text = sample(50000);
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    INFO(coding);
    CHECK(decode_content(packed(coding, text), coding, 50000));
    CHECK(problem(packed(coding, text), coding, 49999) == std::string(coding) + ": unpacks to more than 49999 bytes");
  }
}

TEST_CASE("a bomb is stopped at the limit", "[http][coding]") {
  const std::string zeros(std::size_t{32} << 20, '\0');
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    INFO(coding);
    const std::string bomb = packed(coding, zeros);
    CHECK(bomb.size() < 64 << 10);
    CHECK(problem(bomb, coding, 1 << 20).find("unpacks to more than 1048576 bytes") != std::string::npos);
  }
  CHECK(problem(gzipped(gzipped(zeros)), "gzip, gzip", 1 << 20).find("unpacks to more") != std::string::npos);
}

TEST_CASE("deflate is understood with and without zlib's header", "[http][coding]") {
  CHECK(*decode_content(deflated("hello", 15), "deflate", kPlenty) == "hello");
  CHECK(*decode_content(deflated("hello", -15), "deflate", kPlenty) == "hello");
}

TEST_CASE("stacked codings come off the last one first", "[http][coding]") {
  CHECK(*decode_content(brotlied(gzipped("hello")), "gzip, BR", kPlenty) == "hello");
  CHECK_FALSE(decode_content(brotlied(gzipped("hello")), "br, gzip", kPlenty));
  CHECK(problem("x", "gzip,gzip,gzip,gzip,gzip") == "more than 4 content codings: 'gzip,gzip,gzip,gzip,gzip'");
}

TEST_CASE("identity and an empty body need no undoing", "[http][coding]") {
  CHECK(*decode_content("plain", "", kPlenty) == "plain");
  CHECK(*decode_content("plain", "identity", kPlenty) == "plain");
  CHECK(decode_content("", "gzip", kPlenty).value_or("x").empty());
  CHECK(problem("plain", "identity", 4) == "identity: unpacks to more than 4 bytes");
}

TEST_CASE("several gzip members are one body", "[http][coding]") {
  CHECK(*decode_content(gzipped("one ") + gzipped("two"), "x-gzip", kPlenty) == "one two");
}

TEST_CASE("damaged, cut and unknown codings are named", "[http][coding]") {
  CHECK(problem("not gzip at all", "gzip") == "gzip: incorrect header check");
  CHECK(problem("x", "compress") == "content encoding 'compress' is unknown");
  const std::string text = sample(5000);
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    INFO(coding);
    const std::string whole = packed(coding, text);
    CHECK(problem(whole.substr(0, whole.size() / 2), coding) == std::string(coding) + ": the data ends too early");
    CHECK_FALSE(decode_content(whole + "tail", coding, kPlenty));
  }
}
