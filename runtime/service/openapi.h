#pragma once

#include <span>
#include <string>
#include <string_view>

#include "service/router.h"

namespace thresher::service {

/// What a document is called.
struct ServiceTitle {
  std::string_view title = "Thresher's oracle";
  std::string_view description = "Makes work for agent platforms, pushes it to them, and judges what they did.";
};

/// The OpenAPI 3.1 document of these endpoints. `version` is thresher's.
std::string openapi_document(std::span<const Endpoint> endpoints, std::string_view version,
                             const ServiceTitle& service = {});

/// The page at /: the same endpoints for people. Plain HTML, light and dark, without script; its style is the one thing
/// that it loads.
std::string contents_page(std::span<const Endpoint> endpoints, std::string_view version);

inline constexpr std::string_view kStylePath = "/style.css";
std::string_view contents_page_style();

/// What the page is served with: it could run or load nothing even if something slipped into it.
std::string_view contents_page_headers();

}  // namespace thresher::service
