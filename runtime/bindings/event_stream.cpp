#include "bindings/event_stream.h"

#include <algorithm>
#include <lua.hpp>
#include <utility>

#include "bindings/runner.h"
#include "bindings/user.h"
#include "http/headers.h"

namespace thresher::bindings {
namespace {

void set_text(lua_State* state, const char* name, std::string_view text) {
  lua_pushlstring(state, text.data(), text.size());
  lua_setfield(state, -2, name);
}

void set_number(lua_State* state, const char* name, double value) {
  lua_pushnumber(state, value);
  lua_setfield(state, -2, name);
}

void set_truth(lua_State* state, const char* name, bool value) {
  lua_pushboolean(state, value ? 1 : 0);
  lua_setfield(state, -2, name);
}

bool is_event_stream(std::string_view head) {
  const auto type = http::find_header(head, "Content-Type");
  constexpr std::string_view kType = "text/event-stream";
  return type.present && http::equals_ignoring_case(type.value.substr(0, kType.size()), kType);
}

}  // namespace

EventStream::EventStream(User& user, StreamSeries series, Objectives objectives, bool chat, std::size_t max_text)
    : user_(user),
      series_(series),
      objectives_(objectives),
      max_text_(max_text),
      chat_(chat ? std::make_unique<ChatReader>() : nullptr) {}

void EventStream::on_head(const http::Response& so_far, TimePoint now) {
  head_seen_ = true;
  status_ = so_far.status;
  minor_version_ = so_far.minor_version;
  head_ = so_far.head;
  started_ = so_far.started;
  head_at_ = now;
  is_events_ = is_event_stream(so_far.head);
  if (chat_ == nullptr) user_.runner.stream_opened(user_, so_far);  // last: the script may close the stream
}

void EventStream::on_body(std::string_view bytes, TimePoint now) {
  now_ = now;
  bytes_ += bytes.size();
  if (ended_ || chat_over_) return;
  if (!is_events_) {
    text_.append(bytes.substr(0, max_text_ - std::min(max_text_, text_.size())));
    return;
  }
  const bool too_much = !parser_.feed(bytes, *this) || waiting_bytes_ > kWaitingMax;
  if (too_much || chat_over_) {
    end(too_much ? Outcome::body_too_large : Outcome::ok);
    return user_.runner.stream_stopped(user_);
  }
  if (!queue_.empty()) user_.runner.stream_moved(user_);  // last: as above
}

void EventStream::on_event(const http::ServerEvent& event) {
  if (chat_over_) return;
  if (events_++ == 0) {
    first_event_ = now_;
    series_.first_event->add(now_ - started_);
  } else {
    longest_gap_ = std::max(longest_gap_, now_ - last_event_);
    series_.gap->add(now_ - last_event_);
  }
  last_event_ = now_;
  series_.events->add(1);
  if (chat_ == nullptr) {
    waiting_bytes_ += event.data.size() + sizeof(Waiting);
    queue_.push_back({std::string(event.type), std::string(event.data), std::string(event.id), now_});
    return;
  }
  const auto before = chat_->last_delta();
  switch (chat_->take(event.data, now_)) {
    case ChatReader::Meaning::delta:
      if (before)
        series_.token_gap->add(now_ - *before);
      else
        series_.first_token->add(now_ - started_);
      break;
    case ChatReader::Meaning::done:
    case ChatReader::Meaning::error:
      chat_over_ = true;
      break;
    case ChatReader::Meaning::other:
    case ChatReader::Meaning::garbage:
      break;
  }
}

void EventStream::on_response(const http::Response& response) {
  const bool had_head = head_seen_;
  if (!had_head) started_ = response.started;
  end(response.outcome);
  user_.runner.stream_ended(user_, response, had_head);
}

void EventStream::end(Outcome outcome) {
  if (std::exchange(ended_, true)) return;
  outcome_ = outcome;
  if (chat_ == nullptr) return;
  if (const auto rate = chat_->tokens_per_s()) series_.tokens_per_s->add_value(*rate);
}

void EventStream::judge(bool success, TimePoint finished) const {
  if (series_.met == nullptr) return;
  Conduct conduct{.first = {}, .pace = {}, .duration = finished - started_};
  if (chat_ != nullptr) {
    if (chat_->first_delta()) conduct.first = *chat_->first_delta() - started_;
    conduct.pace = chat_->time_per_token();
  } else if (events_ > 0) {
    conduct.first = first_event_ - started_;
    conduct.pace = longest_gap_;
  }
  const bool met = success && conduct.meets(objectives_);
  series_.met->add(met);
  series_.goodput->add(met ? 1 : 0);
}

bool EventStream::push_event(lua_State* state) {
  if (queue_.empty()) return false;
  const Waiting& event = queue_.front();
  lua_createtable(state, 0, 4);
  set_text(state, "type", event.type);
  set_text(state, "data", event.data);
  if (!event.id.empty()) set_text(state, "id", event.id);
  set_number(state, "at", to_seconds(event.at - started_));
  waiting_bytes_ -= event.data.size() + sizeof(Waiting);
  queue_.pop_front();
  return true;
}

void EventStream::push_state(lua_State* state) const {
  lua_createtable(state, 0, 8);
  set_truth(state, "ended", ended_);
  set_number(state, "events", static_cast<double>(events_));
  set_number(state, "bytes", static_cast<double>(bytes_));
  if (outcome_ != Outcome::ok) set_text(state, "error", name_of(outcome_));
  if (!text_.empty()) set_text(state, "text", text_);
  if (!parser_.last_id().empty()) set_text(state, "last_id", parser_.last_id());
  if (parser_.retry_ms()) set_number(state, "retry_ms", static_cast<double>(*parser_.retry_ms()));
  set_truth(state, "cut", ended_ && is_events_ && parser_.in_event());
}

void EventStream::push_chat(lua_State* state) const {
  const ChatReader& chat = *chat_;
  lua_createtable(state, 0, 16);
  set_number(state, "status", status_);
  set_text(state, "text", chat.text());
  set_text(state, "reasoning", chat.reasoning());
  set_truth(state, "complete", outcome_ == Outcome::ok && chat.complete());
  set_truth(state, "done", chat.done());
  set_number(state, "deltas", static_cast<double>(chat.deltas()));
  set_number(state, "tokens", static_cast<double>(chat.tokens()));
  set_number(state, "garbage", static_cast<double>(chat.garbage()));
  if (chat.prompt_tokens()) set_number(state, "prompt_tokens", static_cast<double>(*chat.prompt_tokens()));
  set_truth(state, "has_usage", chat.completion_tokens().has_value());
  if (!chat.finish_reason().empty()) set_text(state, "finish_reason", chat.finish_reason());
  if (chat.first_delta()) set_number(state, "time_to_first_token", to_milliseconds(*chat.first_delta() - started_));
  if (const auto rate = chat.tokens_per_s()) set_number(state, "tokens_per_second", *rate);
  set_number(state, "duration", to_milliseconds(now_ - started_));
  if (outcome_ != Outcome::ok)
    set_text(state, "error", name_of(outcome_));
  else if (!chat.error().empty())
    set_text(state, "error", "stream_error");
  if (!chat.error().empty()) set_text(state, "error_detail", chat.error());
  if (!text_.empty()) set_text(state, "body", text_);
  lua_createtable(state, static_cast<int>(chat.tool_calls().size()), 0);
  for (std::size_t i = 0; i < chat.tool_calls().size(); ++i) {
    const ChatReader::ToolCall& call = chat.tool_calls()[i];
    lua_createtable(state, 0, 3);
    set_text(state, "id", call.id);
    set_text(state, "name", call.name);
    set_text(state, "arguments", call.arguments);
    lua_rawseti(state, -2, static_cast<int>(i) + 1);
  }
  lua_setfield(state, -2, "tool_calls");
}

http::Response EventStream::so_far(TimePoint now) const {
  http::Response response;
  response.outcome = outcome_;
  response.status = outcome_ == Outcome::ok ? status_ : std::uint16_t{0};
  response.minor_version = minor_version_;
  response.head = head_;
  response.started = started_;
  response.finished = now;
  response.timings.waiting = head_at_ - started_;
  response.timings.receiving = now - head_at_;
  response.bytes_received = head_.size() + bytes_;
  return response;
}

}  // namespace thresher::bindings
