#include "metrics/series_book.h"

namespace thresher::metrics {

std::uint32_t SeriesBook::enter(const MetricInfo& metric, Tags tags) {
  entered_.push_back({next_, metric, std::move(tags)});
  return next_++;
}

void SeriesBook::complete(Tags& tags) const {
  sort_tags(tags);
  if (run_tags_.empty()) return;
  Tags added;
  for (const auto& tag : run_tags_) {
    if (!has_key(tags, tag.first)) added.push_back(tag);
  }
  tags.insert(tags.end(), added.begin(), added.end());
  sort_tags(tags);
}

Tags SeriesBook::other_tags() const {
  Tags tags{{"name", std::string(kOtherName)}};
  complete(tags);
  return tags;
}

void SeriesBook::take(Delta& delta) {
  delta.new_series = std::exchange(entered_, {});
  delta.overflowed_series = std::exchange(overflowed_, 0);
}

std::size_t hash_tags(std::size_t seed, const Tags& tags) {
  for (const auto& [key, value] : tags) seed = hash_text(hash_text(seed, key), value);
  return seed;
}

std::size_t SeriesKeyHash::operator()(const SeriesKey& key) const {
  return hash_tags(hash_text(0, key.metric), key.tags);
}

}  // namespace thresher::metrics
