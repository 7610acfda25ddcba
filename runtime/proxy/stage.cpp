#include "proxy/stage.h"

#include <cmath>
#include <utility>

namespace thresher::proxy {

std::uint64_t mix_seed(std::uint64_t seed, std::string_view name) {
  // FNV-1a (Fowler, Noll, Vo), 64 bits; RandomStream does the rest of the mixing.
  std::uint64_t hash = 14695981039346656037U ^ seed;
  for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
  return hash;
}

Stage::Stage(const Toxic& toxic, const StageKey& key)
    : toxic_(toxic),
      lots_(mix_seed(key.seed, "lots"), StreamPurpose::stand_in, key.connection),
      random_(key.seed, StreamPurpose::stand_in, key.connection) {
  if (toxic.per == Per::connection) lot_ = lots_.uniform();
}

void Stage::begin(Inlet& next, RoomListener& room, bool window, TimePoint now) {
  next_ = &next;
  room_ = &room;
  window_ = window;
  judge(true, now);
}

void Stage::take(std::string_view bytes, TimePoint now) {
  if (!ended_ && !bytes.empty()) on_bytes(bytes, now);
}

void Stage::end(Ending how, TimePoint now) {
  if (!std::exchange(ended_, true)) on_end(how, now);
}

void Stage::cut(Ending how, TimePoint now) {
  ended_ = true;
  next_->end(how, now);
}

void Stage::set_window(bool open, TimePoint now) {
  const bool before = strikes();
  window_ = open;
  if (before && !strikes()) on_relief(now);
  if (!before && strikes()) on_strike(now);
}

void Stage::begin_request(TimePoint now) {
  if (toxic_.per != Per::request) return;
  lot_ = lots_.uniform();
  judge(true, now);
}

void Stage::change(const Toxic& toxic, TimePoint now) {
  toxic_ = toxic;
  judge(false, now);
  on_change(now);
}

void Stage::judge(bool renewed, TimePoint now) {
  const bool before = strikes();
  drawn_ = lot_ < toxic_.toxicity;
  if (strikes() && (renewed || !before)) on_strike(now);
  if (!strikes() && before) on_relief(now);
}

Nanoseconds Stage::milliseconds(std::string_view attribute) const {
  return Nanoseconds(std::llround(value(attribute) * 1e6));
}

}  // namespace thresher::proxy
