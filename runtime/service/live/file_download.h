#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/server.h"

namespace thresher::service {

/// Sends a file piece by piece, as fast as its reader takes it, so that a history of gigabytes needs no memory. It
/// lives as long as the connection wants it. The error (not_found, io) names the file; nothing was answered then.
Result<void> send_file(const std::filesystem::path& path, std::string_view headers,
                       std::unique_ptr<http::Responder>& responder);

/// "Content-Disposition: attachment; filename=...\r\n" and what keeps a browser from running what it gets. `name`: a
/// file's, its characters but letters, digits, '.', '_' and '-' replaced.
std::string attachment_headers(std::string_view name, std::string_view media_type);

}  // namespace thresher::service
