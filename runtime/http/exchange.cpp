#include "http/exchange.h"

#include <algorithm>

#include "http/connection.h"
#include "http/session.h"

namespace thresher::http {
namespace {

/// Buffers up to this stay with a recycled exchange: an ordinary answer in chunks, an ordinary body.
constexpr std::size_t kKeptBuffer = std::size_t{64} << 10;

constexpr std::size_t index_of(Moment moment) { return static_cast<std::size_t>(moment); }

}  // namespace

void Exchange::begin(OriginPool& from, const Request& request, ResponseReceiver& to, TimePoint now) {
  pool = &from;
  receiver = &to;
  connection = nullptr;
  timeout = request.timeout;
  connect_timeout = request.connect_timeout;
  max_body = request.max_body;
  is_head = request.is_head;
  expect_continue = request.expect_continue && (!request.body.empty() || !request.more_body.empty());
  holds_body = false;
  stream = request.stream;
  silence_timeout = request.silence_timeout;
  head_told = false;
  moments_[0] = now;
  latest_ = Moment::started;
  response = Response{};
  response.started = now;
}

std::size_t Outgoing::body_size() const {
  std::size_t size = body.size();
  for (const std::string_view piece : more_body) size += piece.size();
  return size;
}

void Exchange::keep(const Outgoing& outgoing) {
  if (outgoing.head.data() == kept_.data()) return;
  kept_.assign(outgoing.head);
  head_size_ = kept_.size();
  kept_pieces_.clear();
  if (outgoing.body_lasts) {
    kept_pieces_.push_back(outgoing.body);
    kept_pieces_.insert(kept_pieces_.end(), outgoing.more_body.begin(), outgoing.more_body.end());
  } else {
    kept_.append(outgoing.body);
    for (const std::string_view piece : outgoing.more_body) kept_.append(piece);
  }
}

Outgoing Exchange::kept() const {
  const std::string_view all = kept_;
  const std::span<const std::string_view> pieces = kept_pieces_;
  return {.head = all.substr(0, head_size_),
          .body = pieces.empty() ? all.substr(head_size_) : pieces.front(),
          .more_body = pieces.empty() ? pieces : pieces.subspan(1),
          .body_lasts = true};
}

void Exchange::reach(Moment moment, TimePoint at) {
  at = std::max(at, moments_[index_of(latest_)]);
  while (latest_ < moment) {
    latest_ = static_cast<Moment>(index_of(latest_) + 1);
    moments_[index_of(latest_)] = at;
  }
}

void Exchange::conclude(Outcome outcome, std::string_view detail, TimePoint now) {
  whole.disarm();
  phase.disarm();
  reach(Moment::finished, now);
  const auto stretch = [this](Moment from, Moment to) { return moments_[index_of(to)] - moments_[index_of(from)]; };
  response.timings = {.blocked = stretch(Moment::started, Moment::acquired),
                      .connecting = stretch(Moment::acquired, Moment::connected),
                      .tls_handshaking = stretch(Moment::connected, Moment::secured),
                      .sending = stretch(Moment::secured, Moment::sent),
                      .waiting = stretch(Moment::sent, Moment::first_byte),
                      .receiving = stretch(Moment::first_byte, Moment::finished)};
  response.finished = moments_[index_of(Moment::finished)];
  response.outcome = outcome;
  detail_.assign(detail);
  response.detail = detail_;
  if (outcome != Outcome::ok) {
    response.status = 0;  // a stream was told of its head
    response.head = {};
    return;
  }
  response.status = parser.status();
  response.minor_version = parser.minor_version();
  response.head = parser.head();
  response.body = parser.body();
}

void Exchange::trim() {
  parser.trim_buffers(kKeptBuffer);
  if (kept_.capacity() > kKeptBuffer) std::string().swap(kept_);
}

void Exchange::on_deadline(Deadline& deadline, TimePoint now) {
  if (connection != nullptr) {
    connection->on_deadline(&deadline == &whole, now);
  } else {
    pool->give_up_waiting(*this, now);
  }
}

}  // namespace thresher::http
