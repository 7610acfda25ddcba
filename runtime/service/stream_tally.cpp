#include "service/stream_tally.h"

#include <fmt/format.h>

#include "service/answer.h"

namespace thresher::service {
namespace {

/// A text as it is, anything else as its JSON, nothing for what is not there.
std::string said(const Json& event, const char* name) {
  const auto at = event.find(name);
  if (at == event.end() || at->is_null()) return {};
  return at->is_string() ? at->get<std::string>() : json_text(*at);
}

std::string rejection(const Json& event) {
  const std::string error = said(event, "error");
  return fmt::format("{}: {}", said(event, "item"), error.empty() ? "status " + said(event, "status") : error);
}

}  // namespace

void StreamTally::observe(std::string_view line) {
  const Json event = Json::parse(line, nullptr, false);
  if (!event.is_object()) return;
  const std::string name = said(event, "event");
  if (name == "workflow") {
    ++submitted_;
  } else if (name == "accepted") {
    ++accepted_;
    if (execution_ids_.size() < most_ids_) execution_ids_.push_back(said(event, "id"));
  } else if (name == "rejected") {
    note_failure(rejection(event));
  } else if (name == "gave_up") {
    note_failure(fmt::format("{}: not finished after {} ms", said(event, "item"), said(event, "waited_ms")));
  } else if (name == "result") {
    const auto answer = event.find("answer");
    const std::string status = answer != event.end() && answer->is_object() ? said(*answer, "status") : "";
    if (status == "completed") {
      ++succeeded_;
    } else {
      note_failure(fmt::format("{}: ended {}", said(event, "item"), status.empty() ? "without a status" : status));
    }
  }
}

void StreamTally::note_failure(std::string why) {
  ++failed_;
  if (errors_.size() < most_errors_) errors_.push_back(std::move(why));
}

}  // namespace thresher::service
