#include "proxy/connection.h"

#include <algorithm>
#include <utility>

namespace thresher::proxy {

Connection::Connection(Place place, std::unique_ptr<event::ByteStream> client, std::function<void(Connection&)> on_over)
    : place_(std::move(place)), on_over_(std::move(on_over)), client_(std::move(client)) {}

void Connection::begin() {
  if (const auto literal = event::Address::parse(place_.upstream.host, place_.upstream.port)) {
    addresses_ = {*literal};
    return connect_next();
  }
  resolution_ =
      place_.loop.resolve(place_.upstream.host, place_.upstream.port, [this](std::vector<event::Address> found) {
        std::reverse(found.begin(), found.end());
        addresses_ = std::move(found);
        connect_next();
      });
}

void Connection::connect_next() {
  if (addresses_.empty()) return over();
  const event::Address next = addresses_.back();
  addresses_.pop_back();
  upstream_ = place_.loop.connect(next, upstream_side_);
}

void Connection::connected(TimePoint) {
  open_ = true;
  up_.open(*client_, *upstream_);
  down_.open(*upstream_, *client_);
  client_->set_events(client_side_);
}

void Connection::bytes_came(bool from_client, std::string_view bytes, TimePoint now) {
  (from_client ? place_.up : place_.down).received += bytes.size();
  if (from_client && std::exchange(answered_, false)) {
    up_.begin_request(now);
    down_.begin_request(now);
  }
  if (!from_client) answered_ = true;
  (from_client ? up_ : down_).take_in(bytes, now);
}

void Connection::drained(bool client, TimePoint) {
  (client ? down_ : up_).drained();
  if (is_over()) over();
}

void Connection::side_ended(bool client, Outcome why, TimePoint now) {
  if (!open_) return connect_next();  // only the upstream reports before
  (client ? up_ : down_).end_input(why == Outcome::closed ? Ending::finished : Ending::reset, now);
}

void Connection::pipe_ended(Pipe& pipe, Ending how, TimePoint) {
  if (client_ == nullptr) return;
  if (!open_) return over();  // a toxic lost patience with an upstream that does not answer
  if (how == Ending::reset) {
    client_->reset();
    upstream_->reset();
    return over();
  }
  if (how == Ending::closed) closing_ = &pipe;
  (pipe.direction() == Direction::upstream ? upstream_ : client_)->finish();
  if (is_over()) over();
}

void Connection::pipe_sent(Pipe& pipe, std::size_t bytes) {
  (pipe.direction() == Direction::upstream ? place_.up : place_.down).sent += bytes;
}

bool Connection::is_over() const {
  if (closing_ != nullptr) return (closing_ == &up_ ? upstream_ : client_)->queued_bytes() == 0;
  return up_.has_ended() && down_.has_ended() && client_->queued_bytes() == 0 && upstream_->queued_bytes() == 0;
}

void Connection::over() {
  const auto on_over = std::exchange(on_over_, nullptr);
  close();
  if (on_over) on_over(*this);
}

void Connection::close() {
  on_over_ = nullptr;
  up_.stop();
  down_.stop();
  resolution_.reset();
  client_.reset();
  upstream_.reset();
}

}  // namespace thresher::proxy
