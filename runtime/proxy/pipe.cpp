#include "proxy/pipe.h"

#include <algorithm>
#include <utility>

namespace thresher::proxy {

void Pipe::open(event::ByteStream& source, event::ByteStream& sink) {
  source_ = &source;
  sink_ = &sink;
}

void Pipe::stop() {
  source_ = sink_ = nullptr;
  for (Link& link : chain_) link.stage->stop();
}

void Pipe::take_in(std::string_view bytes, TimePoint now) {
  first().take(bytes, now);
  room_changed();
}

void Pipe::end_input(Ending how, TimePoint now) {
  source_ = nullptr;
  first().end(how, now);
}

void Pipe::take(std::string_view bytes, TimePoint) {
  if (sink_ == nullptr || ended_) return;
  owner_.pipe_sent(*this, bytes.size());
  sink_->write(bytes);
}

void Pipe::end(Ending how, TimePoint now) {
  if (!std::exchange(ended_, true)) owner_.pipe_ended(*this, how, now);
}

void Pipe::room_changed() {
  if (source_ == nullptr || sink_ == nullptr) return;
  const bool full = sink_->queued_bytes() >= kSinkLimit ||
                    std::any_of(chain_.begin(), chain_.end(), [](const Link& link) { return link.stage->is_full(); });
  if (full == paused_) return;
  paused_ = full;
  paused_ ? source_->pause_reading() : source_->resume_reading();
}

void Pipe::add(std::string toxic, std::unique_ptr<Stage> stage, bool window, TimePoint now) {
  Stage& added = *stage;
  Stage* const before = chain_.empty() ? nullptr : chain_.back().stage.get();
  chain_.push_back({std::move(toxic), std::move(stage)});
  added.begin(*this, *this, window, now);
  if (before != nullptr) before->set_next(added);
}

std::vector<Pipe::Link>::iterator Pipe::find(const std::string& toxic) {
  return std::find_if(chain_.begin(), chain_.end(), [&](const Link& link) { return link.toxic == toxic; });
}

void Pipe::change(const Toxic& toxic, TimePoint now) {
  if (const auto link = find(toxic.name); link != chain_.end()) link->stage->change(toxic, now);
  room_changed();
}

void Pipe::set_window(const std::string& toxic, bool open, TimePoint now) {
  if (const auto link = find(toxic); link != chain_.end()) link->stage->set_window(open, now);
  room_changed();
}

void Pipe::remove(const std::string& toxic, TimePoint now) {
  const auto link = find(toxic);
  if (link == chain_.end()) return;
  link->stage->leave(now);
  if (link != chain_.begin()) {
    const auto after = link + 1;
    (link - 1)->stage->set_next(after == chain_.end() ? static_cast<Inlet&>(*this) : *after->stage);
  }
  chain_.erase(link);
  room_changed();
}

void Pipe::begin_request(TimePoint now) {
  for (Link& link : chain_) link.stage->begin_request(now);
}

std::size_t Pipe::held() const {
  std::size_t bytes = sink_ == nullptr ? 0 : sink_->queued_bytes();
  for (const Link& link : chain_) bytes += link.stage->held();
  return bytes;
}

}  // namespace thresher::proxy
