#include "service/live/file_download.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace thresher::service {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Owned by the callbacks of its own responder, until it lets go of that: when all is sent, or the client has gone.
struct Download {
  std::unique_ptr<std::FILE, Close> file;
  std::unique_ptr<http::Responder> responder;
  bool over = false;

  void pour() {
    std::array<char, kPiece> piece;
    while (!over) {
      const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get());
      if (size > 0 && !responder->write_chunk({piece.data(), size})) return;
      if (size == piece.size()) continue;
      over = true;
      // A file that could not be read to its end must not look whole.
      std::ferror(file.get()) != 0 ? responder->reset() : responder->finish_stream();
      responder.reset();
    }
  }

  void stop() {
    over = true;
    responder.reset();
  }
};

}  // namespace

Result<void> send_file(const std::filesystem::path& path, std::string_view headers,
                       std::unique_ptr<http::Responder>& responder) {
  std::error_code none;
  std::unique_ptr<std::FILE, Close> file(std::filesystem::is_regular_file(path, none) ? std::fopen(path.c_str(), "rbe")
                                                                                      : nullptr);
  if (!file)
    return fail(ErrorCode::not_found, fmt::format("the file {} is no longer there: it was moved or removed after the "
                                                  "run",
                                                  path.string()));
  auto download = std::make_shared<Download>();
  download->file = std::move(file);
  download->responder = std::move(responder);
  http::Responder& out = *download->responder;
  out.begin_stream(200, headers);
  out.on_gone([download] { download->stop(); });
  out.on_writable([download] { download->pour(); });
  download->pour();
  return {};
}

std::string attachment_headers(std::string_view name, std::string_view media_type) {
  std::string plain(name);
  for (char& c : plain) {
    const bool letter = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9');
    if (!letter && c != '.' && c != '_' && c != '-') c = '_';
  }
  return fmt::format(
      "Content-Type: {}\r\nContent-Disposition: attachment; filename=\"{}\"\r\nContent-Security-Policy: sandbox\r\n"
      "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n",
      media_type, plain);
}

}  // namespace thresher::service
