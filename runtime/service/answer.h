#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "http/server.h"

namespace thresher::service {

/// Members stay in the order they were added.
using Json = nlohmann::ordered_json;

/// The document in one line; bytes that are not UTF-8 become U+FFFD, so that an error may quote anything.
std::string json_text(const Json& document);

/// Answers with one JSON document. No answer may be cached, nor taken for anything but JSON.
void answer_json_text(http::Responder& responder, int status, std::string_view document);
void answer_json(http::Responder& responder, int status, const Json& document);
/// {"detail": why}. `headers` are more "Name: value\r\n" lines.
void answer_error(http::Responder& responder, int status, std::string_view why, std::string_view headers = {});

}  // namespace thresher::service
