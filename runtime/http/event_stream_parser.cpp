#include "http/event_stream_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace thresher::http {

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}

bool EventStreamParser::feed(std::string_view bytes, ServerEventReceiver& receiver) {
  while (!bytes.empty() && !overflowed_) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    if (line_.size() + data_.size() + std::min(end, bytes.size()) > event_limit_) {
      overflowed_ = true;
      break;
    }
    if (end == std::string_view::npos) {
      line_.append(bytes);
      break;
    }
    after_cr_ = bytes[end] == '\r';
    if (line_.empty()) {
      take_line(bytes.substr(0, end), receiver);
    } else {
      line_.append(bytes.substr(0, end));
      const std::string whole = std::exchange(line_, {});
      take_line(whole, receiver);
    }
    bytes.remove_prefix(end + 1);
  }
  return !overflowed_;
}

void EventStreamParser::take_line(std::string_view line, ServerEventReceiver& receiver) {
  if (!std::exchange(begun_, true) && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (line.empty()) return dispatch(receiver);
  const std::size_t colon = line.find(':');
  if (colon == 0) {
    ++comments_;
    return;
  }
  if (colon == std::string_view::npos) return take_field(line, {});
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void EventStreamParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) data_ += '\n';
    data_.append(value);
    has_data_ = true;
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (name == "retry") {
    std::uint64_t milliseconds = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (problem == std::errc{} && end == value.data() + value.size()) retry_ms_ = milliseconds;
  }
}

void EventStreamParser::dispatch(ServerEventReceiver& receiver) {
  if (has_data_)
    receiver.on_event({.type = type_.empty() ? "message" : std::string_view(type_), .data = data_, .id = id_});
  type_.clear();
  data_.clear();
  has_data_ = false;
}

}  // namespace thresher::http
