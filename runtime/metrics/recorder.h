#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/outcome.h"
#include "metrics/series.h"

namespace thresher::metrics {

/// One value as it was observed, for outputs that want each one (--out json=, csv=). Made only when asked for.
struct Sample {
  std::uint32_t series = 0;  ///< the recorder's own number; its key came in Delta::new_series
  TimePoint at{};
  double value = 0;          ///< milliseconds for time
  std::uint32_t detail = 0;  ///< index + 1 into Delta::details of the same delta; 0: none
};

/// Tags of a sample that would be too many for a series: they only reach per-sample outputs.
struct SampleDetail {
  std::string url;
  std::string proto;        ///< "HTTP/1.1"
  std::string tls_version;  ///< "tls1.3" or ""
};

/// The first exchange of its kind that failed in its way, for a person to see what the target said.
struct FailureExample {
  std::string url;
  int status = 0;    ///< 0: no answer came
  std::string text;  ///< how the answer begins, at most kTextMost bytes of UTF-8; or why there was none
  static constexpr std::size_t kTextMost = 200;
};

/// An uncaught script error, by where it happened.
struct ExceptionCount {
  std::string message;    ///< "login.lua:42: attempt to index a nil value"
  std::string traceback;  ///< of the failed coroutine
  std::uint64_t count = 0;
};

/// Everything one worker recorded since its previous delta. Moved to the coordinator; nothing in it is shared.
struct Delta {
  struct NewSeries {
    std::uint32_t series;
    MetricInfo metric;
    Tags tags;
  };
  template <class T>
  struct Of {
    std::uint32_t series;
    T value;
  };

  unsigned worker = 0;
  TimePoint taken{};
  std::vector<NewSeries> new_series;
  std::vector<Of<Counter>> counters;
  std::vector<Of<Gauge>> gauges;
  std::vector<Of<Rate>> rates;
  std::vector<Of<Histogram>> trends;
  std::vector<ExceptionCount> exceptions;
  std::vector<Of<FailureExample>> examples;  ///< by http_req_failed's number
  std::vector<Sample> samples;
  std::vector<SampleDetail> details;
  std::uint64_t overflowed_series = 0;  ///< times a series beyond the limit was resolved; its samples went to __other__
};

/// What the series of one kind of request have in common; resolved once per call site.
struct RequestKey {
  std::string name, method, scenario, task, group;
  Tags tags;  ///< the task's as "tag", the request's own as they are; one named like a system tag yields to it
  bool operator==(const RequestKey&) const = default;
};

/// What is known of one finished exchange.
struct RequestSample {
  TimePoint finished{};
  Outcome outcome = Outcome::ok;
  int status = 0;
  bool expected = true;  ///< counts as success: an answer, and its status was not a failure (k6's expected_response)
  Nanoseconds blocked{}, connecting{}, tls_handshaking{}, sending{}, waiting{}, receiving{};
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  std::string_view proto;  ///< "HTTP/1.1"; empty when no answer came. Becomes a tag unless empty, as does the next
  std::string_view tls_version;          ///< "tls1.3"; empty when plain
  std::string_view url = {}, said = {};  ///< read for an example only; `said`: the body, or why there is none
  const SampleDetail* detail = nullptr;  ///< only read when samples are kept
};

/// The series of one RequestKey: http_reqs, http_req_failed and the http_req_* trends, split by (status, outcome,
/// expected, proto, tls_version) with the last split used remembered, and data_sent and data_received, which are not
/// split. Recording costs a handful of histogram increments, no look-up by name; a split not seen before allocates
/// once.
class RequestSeries {
 public:
  virtual void record(const RequestSample& sample) = 0;

 protected:
  ~RequestSeries() = default;
};

struct RecorderOptions {
  std::size_t series_max = 10'000;  ///< of one worker; beyond it: the metric's series tagged name=__other__
  bool keep_samples = false;
  Tags run_tags{};  ///< --tag k=v, on every series that has no tag of that name
};

/// The metrics of one worker: only its thread touches it. References it returns stay valid as long as it lives.
class Recorder {
 public:
  static constexpr std::size_t kFailureExamples = 100;  ///< of a worker, in all

  static std::unique_ptr<Recorder> create(unsigned worker, RecorderOptions options);
  virtual ~Recorder() = default;

  /// The series of a metric with these tags, made when new; announced by the next delta even if nothing is ever added,
  /// which is how a counter of mishaps is known to be zero. The name decides nothing: the kind is the caller's, who has
  /// checked that a custom metric keeps one kind.
  virtual Counter& counter(const MetricInfo& metric, Tags tags) = 0;
  virtual Gauge& gauge(const MetricInfo& metric, Tags tags) = 0;
  virtual Rate& rate(const MetricInfo& metric, Tags tags) = 0;
  virtual Trend& trend(const MetricInfo& metric, Tags tags) = 0;
  virtual RequestSeries& request(const RequestKey& key) = 0;

  /// With keep_samples: note one value of a series just added to (found by its address). A no-op otherwise.
  virtual bool keeps_samples() const = 0;
  virtual void note(const void* series, TimePoint at, double value) = 0;

  /// Counts a script error by its message. Distinct messages are limited; the rest share one entry.
  virtual void exception(std::string_view message, std::string_view traceback) = 0;

  /// Takes what was recorded since the last call. Each touched histogram is copied (exactly the pages in use) and
  /// reset, so that recording goes on in memory it already has; untouched ones cost a glance, requests not even that.
  virtual Delta take(TimePoint now) = 0;
};

}  // namespace thresher::metrics
