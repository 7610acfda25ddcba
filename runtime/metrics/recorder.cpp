#include "metrics/recorder.h"

#include <unordered_map>
#include <utility>

#include "metrics/exception_table.h"
#include "metrics/request_book.h"
#include "metrics/series_book.h"

namespace thresher::metrics {
namespace {

class WorkerRecorder final : public Recorder {
 public:
  WorkerRecorder(unsigned worker, const RecorderOptions& options)
      : worker_(worker),
        keep_samples_(options.keep_samples),
        book_(options),
        requests_(book_, counters_, pending_, options) {}

  Counter& counter(const MetricInfo& metric, Tags tags) override { return resolve(counters_, metric, std::move(tags)); }
  Gauge& gauge(const MetricInfo& metric, Tags tags) override { return resolve(gauges_, metric, std::move(tags)); }
  Rate& rate(const MetricInfo& metric, Tags tags) override { return resolve(rates_, metric, std::move(tags)); }
  Trend& trend(const MetricInfo& metric, Tags tags) override { return resolve(trends_, metric, std::move(tags)); }
  RequestSeries& request(const RequestKey& key) override { return requests_.resolve(key); }

  bool keeps_samples() const override { return keep_samples_; }

  void note(const void* series, TimePoint at, double value) override {
    if (!keep_samples_) return;
    if (const auto known = numbers_.find(series); known != numbers_.end()) {
      pending_.samples.push_back({known->second, at, value, 0});
    }
  }

  void exception(std::string_view message, std::string_view traceback) override {
    exceptions_.add(message, traceback, 1);
  }

  Delta take(TimePoint now) override {
    Delta delta = std::exchange(pending_, {});
    delta.worker = worker_;
    delta.taken = now;
    book_.take(delta);
    requests_.take(delta);
    counters_.take(delta.counters);
    gauges_.take(delta.gauges);
    rates_.take(delta.rates);
    trends_.take(delta.trends);
    delta.exceptions = exceptions_.sorted();
    exceptions_.clear();
    return delta;
  }

 private:
  template <class T>
  T& resolve(Family<T>& family, const MetricInfo& metric, Tags tags) {
    const auto [member, is_new] = family.resolve(metric, std::move(tags), book_);
    if (is_new && keep_samples_) numbers_.emplace(&member->accumulator, member->series);
    return member->accumulator;
  }

  const unsigned worker_;
  const bool keep_samples_;
  SeriesBook book_;
  Family<Counter> counters_;
  Family<Gauge> gauges_;
  Family<Rate> rates_;
  Family<Trend> trends_;
  Delta pending_;  ///< the samples of the delta to come
  RequestBook requests_;
  ExceptionTable exceptions_;
  std::unordered_map<const void*, std::uint32_t>
      numbers_;  ///< by accumulator, for note(); empty unless samples are kept
};

}  // namespace

std::unique_ptr<Recorder> Recorder::create(unsigned worker, RecorderOptions options) {
  sort_tags(options.run_tags);
  return std::make_unique<WorkerRecorder>(worker, options);
}

}  // namespace thresher::metrics
