#include "metrics/request_book.h"

#include <cassert>

#include "base/utf8.h"

namespace thresher::metrics {
namespace {

using Stretch = Nanoseconds RequestSample::*;
/// The stretches that are trends of their own, in the order of request_metrics() after http_req_duration.
constexpr std::array<Stretch, RequestAccumulator::kTrends - 1> kStretches = {
    &RequestSample::blocked, &RequestSample::connecting, &RequestSample::tls_handshaking,
    &RequestSample::sending, &RequestSample::waiting,    &RequestSample::receiving};

Nanoseconds duration_of(const RequestSample& sample) { return sample.sending + sample.waiting + sample.receiving; }
bool has_failed(const RequestSample& sample) { return sample.outcome != Outcome::ok || !sample.expected; }

/// How an exchange ended, as one number to compare; proto and tls_version, which hardly ever differ, are compared after
/// it.
std::uint64_t ending_of(const RequestSample& sample) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(sample.status)) << 32 |
         static_cast<std::uint64_t>(sample.outcome) << 8 | (has_failed(sample) ? 1U : 0U);
}

void add_unless_empty(Tags& tags, std::string_view key, std::string_view value) {
  if (!value.empty()) tags.emplace_back(key, value);
}

/// Adds those of the key's own tags that no system tag has taken.
void add_own_tags(Tags& tags, const Tags& own) {
  sort_tags(tags);
  Tags free;
  for (const auto& tag : own) {
    if (!has_key(tags, tag.first)) free.push_back(tag);
  }
  tags.insert(tags.end(), free.begin(), free.end());
}

Tags tags_of(const RequestKey& key) {
  Tags tags;
  for (const auto& [name, value] : {std::pair{"name", &key.name},
                                    {"method", &key.method},
                                    {"scenario", &key.scenario},
                                    {"task", &key.task},
                                    {"group", &key.group}}) {
    add_unless_empty(tags, name, *value);
  }
  return tags;
}

Tags tags_of(const RequestKey& key, const RequestSample& sample) {
  Tags tags = tags_of(key);
  tags.emplace_back("status", std::to_string(sample.status));
  tags.emplace_back("expected_response", has_failed(sample) ? "false" : "true");
  const bool answered = sample.outcome == Outcome::ok;
  if (!answered) tags.emplace_back("error", name_of(sample.outcome));
  const int code = answered ? error_code_of_status(sample.status) : error_code_of(sample.outcome);
  if (code != 0) tags.emplace_back("error_code", std::to_string(code));
  add_unless_empty(tags, "proto", sample.proto);
  add_unless_empty(tags, "tls_version", sample.tls_version);
  add_own_tags(tags, key.tags);
  return tags;
}

/// How a text begins, cut between characters; of what is none its size.
std::string beginning_of(std::string_view bytes) {
  std::size_t size = 0;
  while (size < bytes.size()) {
    const std::size_t length = utf8_length(bytes.substr(size));
    if (length == 0) return "(" + std::to_string(bytes.size()) + " bytes that are no text)";
    if (size + length > FailureExample::kTextMost) break;
    size += length;
  }
  return std::string(bytes.substr(0, size));
}

}  // namespace

const std::array<const MetricInfo*, RequestAccumulator::kSeries>& request_metrics() {
  static const std::array<const MetricInfo*, RequestAccumulator::kSeries> metrics = {
      builtin_metric("http_reqs"),           builtin_metric("http_req_failed"),
      builtin_metric("http_req_duration"),   builtin_metric("http_req_blocked"),
      builtin_metric("http_req_connecting"), builtin_metric("http_req_tls_handshaking"),
      builtin_metric("http_req_sending"),    builtin_metric("http_req_waiting"),
      builtin_metric("http_req_receiving")};
  return metrics;
}

inline void RequestAccumulator::add(const RequestSample& sample, bool is_failed) {
  failed += is_failed ? 1 : 0;
  trends[0].add(duration_of(sample));
  for (std::size_t i = 0; i < kStretches.size(); ++i) trends[i + 1].add(sample.*kStretches[i]);
}

void RequestAccumulator::move_into(Delta& delta) {
  const std::uint64_t requests = trends[0].histogram.count();
  delta.counters.push_back({first_series, Counter{static_cast<double>(requests), requests}});
  delta.rates.push_back({first_series + 1, Rate{std::exchange(failed, 0), requests}});
  for (std::uint32_t i = 0; i < kTrends; ++i) {
    delta.trends.push_back({first_series + 2 + i, trends[i].histogram});
    trends[i].histogram.reset();
  }
  touched = false;
}

/// The requests of one key: its endings, and the bytes of all of them.
class RequestBook::Kind final : public RequestSeries {
 public:
  Kind(RequestBook& book, const RequestKey& key) : book_(book), key_(key) {}

  void record(const RequestSample& sample) override {
    const std::uint64_t ending = ending_of(sample);
    if (last_ == nullptr || !last_->is(ending, sample)) last_ = &find(ending, sample);
    RequestAccumulator& into = *last_->into;
    if (!into.touched) {
      into.touched = true;
      book_.touched_.push_back(&into);
    }
    into.add(sample, has_failed(sample));
    sent_->accumulator.add(static_cast<double>(sample.bytes_sent));
    received_->accumulator.add(static_cast<double>(sample.bytes_received));
    if (book_.keep_samples_) [[unlikely]]
      keep(sample, into);
  }

 private:
  struct Ending {
    std::uint64_t ending;
    std::string proto, tls_version;
    RequestAccumulator* into;  ///< may be that of __other__

    bool is(std::uint64_t wanted, const RequestSample& sample) const {
      return ending == wanted && proto == sample.proto && tls_version == sample.tls_version;
    }
  };

  Ending& find(std::uint64_t ending, const RequestSample& sample) {
    for (Ending& known : endings_) {
      if (known.is(ending, sample)) return known;
    }
    if (sent_ == nullptr) {
      Tags tags = tags_of(key_);
      add_own_tags(tags, key_.tags);
      sent_ = book_.counters_.resolve(*builtin_metric("data_sent"), tags, book_.book_).first;
      received_ = book_.counters_.resolve(*builtin_metric("data_received"), std::move(tags), book_.book_).first;
    }
    RequestAccumulator& into = book_.make_accumulator(tags_of(key_, sample));
    if (has_failed(sample)) book_.show(sample, into);
    return endings_.emplace_back(Ending{ending, std::string(sample.proto), std::string(sample.tls_version), &into});
  }

  void keep(const RequestSample& sample, const RequestAccumulator& into) {
    std::uint32_t detail = 0;
    if (sample.detail != nullptr) {
      book_.pending_.details.push_back(*sample.detail);
      detail = static_cast<std::uint32_t>(book_.pending_.details.size());
    }
    const auto note = [&](std::uint32_t series, double value) {
      book_.pending_.samples.push_back({series, sample.finished, value, detail});
    };
    note(into.first_series, 1);
    note(into.first_series + 1, has_failed(sample) ? 1 : 0);
    note(into.first_series + 2, to_milliseconds(duration_of(sample)));
    for (std::uint32_t i = 0; i < kStretches.size(); ++i)
      note(into.first_series + 3 + i, to_milliseconds(sample.*kStretches[i]));
    note(sent_->series, static_cast<double>(sample.bytes_sent));
    note(received_->series, static_cast<double>(sample.bytes_received));
  }

  RequestBook& book_;
  const RequestKey key_;
  std::deque<Ending> endings_;  ///< a deque: last_ points into it
  Ending* last_ = nullptr;
  Family<Counter>::Member* sent_ =
      nullptr;  ///< both made with the first ending, so that a kind never used is no series
  Family<Counter>::Member* received_ = nullptr;
};

RequestBook::RequestBook(SeriesBook& book, Family<Counter>& counters, Delta& pending, const RecorderOptions& options)
    : book_(book),
      counters_(counters),
      pending_(pending),
      keep_samples_(options.keep_samples),
      kinds_max_(options.series_max) {}
RequestBook::~RequestBook() = default;

RequestSeries& RequestBook::resolve(const RequestKey& key) {
  if (const auto known = kinds_.find(key); known != kinds_.end()) return *known->second;
  if (kinds_.size() < kinds_max_ && book_.has_room(1)) {
    return *kinds_.emplace(key, std::make_unique<Kind>(*this, key)).first->second;
  }
  book_.overflowed();
  if (other_kind_ == nullptr) {
    other_kind_ = std::make_unique<Kind>(*this, RequestKey{std::string(kOtherName), {}, {}, {}, {}, {}});
  }
  return *other_kind_;
}

RequestAccumulator& RequestBook::make_accumulator(Tags tags) {
  if (book_.has_room(RequestAccumulator::kSeries)) return enter(std::move(tags));
  book_.overflowed();
  if (other_ == nullptr) other_ = &enter(book_.other_tags());
  return *other_;
}

RequestAccumulator& RequestBook::enter(Tags tags) {
  book_.complete(tags);
  RequestAccumulator& made = accumulators_.emplace_back();
  made.first_series = book_.enter(*request_metrics()[0], tags);
  for (std::size_t i = 1; i < RequestAccumulator::kSeries; ++i) book_.enter(*request_metrics()[i], tags);
  if (touched_.capacity() < accumulators_.size()) touched_.reserve(2 * accumulators_.size());
  return made;
}

void RequestBook::show(const RequestSample& sample, const RequestAccumulator& into) {
  if (shown_ == Recorder::kFailureExamples) return;
  ++shown_;
  pending_.examples.push_back(
      {into.first_series + 1, {std::string(sample.url), sample.status, beginning_of(sample.said)}});
}

void RequestBook::take(Delta& delta) {
  delta.trends.reserve(touched_.size() * RequestAccumulator::kTrends);
  for (RequestAccumulator* accumulator : touched_) accumulator->move_into(delta);
  touched_.clear();
}

std::size_t RequestBook::KeyHash::operator()(const RequestKey& key) const {
  std::size_t seed = 0;
  for (const std::string* part : {&key.name, &key.method, &key.scenario, &key.task, &key.group})
    seed = hash_text(seed, *part);
  return hash_tags(seed, key.tags);
}

}  // namespace thresher::metrics
