#pragma once

#include <span>
#include <string_view>

namespace thresher::service {

/// A file of the page (runtime/service/page, and uPlot), embedded at build time by embed.cmake.
struct EmbeddedFile {
  std::string_view name;  ///< "index.html"
  std::string_view bytes;
};
std::span<const EmbeddedFile> embedded_files();

}  // namespace thresher::service
