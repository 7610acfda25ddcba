#include "service/live/assets.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "base/text.h"
#include "http/headers.h"

namespace thresher::service {
namespace {

constexpr std::string_view kPolicy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "
    "'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

std::string_view media_type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                                      {".js", "text/javascript; charset=utf-8"},
                                                                      {".css", "text/css; charset=utf-8"},
                                                                      {".svg", "image/svg+xml"},
                                                                      {".png", "image/png"},
                                                                      {".ico", "image/x-icon"}};
  for (const auto& [ending, type] : kTypes)
    if (name.ends_with(ending)) return type;
  return "text/plain; charset=utf-8";
}

/// FNV-1a, 64 bits: the files are ours, so nobody looks for two that collide.
std::string tag_of(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
}

std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;  // window bits, and 16 for a gzip header
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return whole && packed.size() < bytes.size() ? packed : std::string();
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  bool named = false, any = false, named_taken = false, any_taken = false;
  for (const std::string& coding : split(accept_encoding, ",")) {
    const std::size_t semicolon = coding.find(';');
    const std::string_view name = trim(std::string_view(coding).substr(0, semicolon));
    const std::string_view weight =
        semicolon == std::string::npos ? std::string_view() : trim(std::string_view(coding).substr(semicolon + 1));
    const bool refused = (weight.starts_with("q=0") || weight.starts_with("Q=0")) &&
                         weight.find_first_not_of("0.", 2) == std::string_view::npos;
    if (http::equals_ignoring_case(name, "gzip")) {
      named = true;
      named_taken = !refused;
    } else if (name == "*") {
      any = true;
      any_taken = !refused;
    }
  }
  return named ? named_taken : any && any_taken;
}

Assets::Assets(std::span<const EmbeddedFile> files) {
  for (const EmbeddedFile& file : files)
    assets_.push_back({.path = file.name == "index.html" ? "/" : fmt::format("/page/{}", file.name),
                       .media_type = std::string(media_type_of(file.name)),
                       .tag = tag_of(file.bytes),
                       .bytes = file.bytes,
                       .packed = gzipped(file.bytes)});
}

const Assets::Asset* Assets::find(std::string_view path) const {
  const auto found = std::find_if(assets_.begin(), assets_.end(), [&](const Asset& each) { return each.path == path; });
  return found == assets_.end() ? nullptr : &*found;
}

bool Assets::serve(std::string_view path, const http::ServerRequest& request, http::Responder& responder) const {
  if (request.method != "GET" && request.method != "HEAD") return false;
  const Asset* asset = find(path);
  if (asset == nullptr) return false;
  const bool packs = !asset->packed.empty() && takes_gzip(http::find_header(request.head, "Accept-Encoding").value);
  // Two forms of a file are two representations: each has a tag of its own.
  const std::string tag = fmt::format("\"{}{}\"", asset->tag, packs ? "-gz" : "");
  std::string headers = fmt::format("ETag: {}\r\nCache-Control: no-cache\r\nVary: Accept-Encoding\r\n{}", tag, kPolicy);
  const std::string_view known = http::find_header(request.head, "If-None-Match").value;
  if (known == "*" || known.find(tag) != std::string_view::npos) {
    responder.respond(304, headers, {});
    return true;
  }
  headers += fmt::format("Content-Type: {}\r\n{}", asset->media_type, packs ? "Content-Encoding: gzip\r\n" : "");
  responder.respond(200, headers, packs ? std::string_view(asset->packed) : asset->bytes);
  return true;
}

}  // namespace thresher::service
