#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "catalogue.h"
#include "json_writer.h"

namespace farm {

enum class PayloadShape : std::uint8_t { chat, event, records, text };
inline constexpr std::array<std::string_view, 4> kPayloadShapes = {"chat", "event", "records", "text"};

inline constexpr std::size_t kSmallestPayload = 256;  ///< bytes; every shape's frame fits
inline constexpr std::size_t kLargestPayload = 1 << 20;

/// A request body of exactly `bytes` bytes, kSmallestPayload .. kLargestPayload: valid UTF-8, in several scripts; JSON
/// unless the shape is text. The same arguments give the same body.
std::string make_payload(PayloadShape shape, std::size_t bytes, Seed seed);

/// {"shape", "seed", "size_bytes", "content_type", "body"}: `body` is the body as a string.
void write_payload(PayloadShape shape, std::size_t bytes, Seed seed, JsonWriter& json);

}  // namespace farm
