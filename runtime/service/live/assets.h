#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "service/live/embedded.h"

namespace thresher::service {

/// Whether a request's Accept-Encoding takes gzip: named, or by *, and not with q=0 (RFC 9110, section 12.5.3).
bool takes_gzip(std::string_view accept_encoding);

/// The page's files as they are served: packed once, told apart by what they hold, under a policy that lets the page
/// run and load nothing but themselves. `index.html` is the page at /, the others lie under /page/.
class Assets {
 public:
  explicit Assets(std::span<const EmbeddedFile> files);

  /// Answers a GET or HEAD of one of them: 200, or 304 to who has it already. False: the path is none of theirs, and
  /// nothing was answered.
  bool serve(std::string_view path, const http::ServerRequest& request, http::Responder& responder) const;

 private:
  struct Asset {
    std::string path, media_type, tag;
    std::string_view bytes;
    std::string packed;  ///< gzip; empty when that gains nothing
  };
  const Asset* find(std::string_view path) const;

  std::vector<Asset> assets_;
};

}  // namespace thresher::service
