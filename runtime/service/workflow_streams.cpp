#include "service/workflow_streams.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "service/answer.h"
#include "service/members.h"

namespace thresher::service {
namespace {

constexpr std::array kParameters{
    declared_integer("rate", "10", 1, 100, "workflows a second"),
    declared_number("chaos_rate", "0.1", 0, 1, "share of the tasks that get a fault"),
    declared_integer("seed", "12345", "of the first workflow; workflow n has seed + n"),
    declared_boolean("compat", "false", "byte for byte what the public generator makes"),
};

constexpr std::string_view kHeaders =
    "Content-Type: application/x-ndjson\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

std::string_view written(std::int64_t number, char (&digits)[24]) {
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return {digits, static_cast<std::size_t>(end - digits)};
}

}  // namespace

/// One reader. It leaves its list, and is destroyed, through end().
class WorkflowStreams::Stream {
 public:
  Stream(WorkflowStreams& owner, const Members& asked)
      : owner_(owner),
        timer_(owner.loop_.timers(), [this](TimePoint now) { advance(now); }),
        rate_per_s_(asked.integer("rate")),
        chaos_rate_(fmt::format("{}", asked.number("chaos_rate"))),
        compat_(asked.boolean("compat") ? "true" : "false"),
        seed_(asked.integer("seed")) {}

  void begin(std::list<Stream>::iterator self, std::unique_ptr<http::Responder> responder) {
    self_ = self;
    responder_ = std::move(responder);
    responder_->on_gone([this] { end(); });
    responder_->on_writable([this] {
      if (std::exchange(waiting_, false)) restart(owner_.loop_.now());
    });
    responder_->begin_stream(200, kHeaders);
    restart(owner_.loop_.now());
  }

  void finish() {
    responder_->finish_stream();
    end();
  }

  /// Makes the line that is next. The error: its parameters are wrong, or there is no such seed.
  Result<std::string_view> make_line() {
    std::int64_t seed = 0;
    if (__builtin_add_overflow(seed_, sequence_, &seed))
      return fail(ErrorCode::invalid_argument, "the seeds of this stream end here");
    char seed_text[24];
    char sequence_text[24];
    const std::array<plugin::Parameter, 4> parameters{{{"chaos_rate", chaos_rate_},
                                                       {"seed", written(seed, seed_text)},
                                                       {"stream_sequence", written(sequence_, sequence_text)},
                                                       {"compat", compat_}}};
    const auto made = owner_.products_.make(owner_.product_, parameters);
    if (!made) return fail(made.error());
    ++owner_.lines_made_;
    owner_.line_.assign(*made).append("\n");
    return std::string_view(owner_.line_);
  }

 private:
  void advance(TimePoint now) {
    if (now - due() > kMostLate) restart(now);
    for (int made = 0; made < kMostAtOnce && due() <= now; ++made) {
      const auto line = make_line();
      if (!line) {
        log::info("a stream of workflows ends: {}", to_text(line.error()));
        return finish();
      }
      ++sequence_;
      if (!responder_->write_chunk(*line)) {
        waiting_ = true;
        return;
      }
    }
    timer_.start_at(due());
  }

  void restart(TimePoint now) {
    began_ = now;
    first_ = sequence_;
    timer_.start_at(due());
  }

  /// From the beginning of the schedule each time: sums of rounded intervals would drift.
  TimePoint due() const {
    constexpr std::int64_t kHalfSecond = 500'000'000;
    return began_ + Nanoseconds{(2 * (sequence_ - first_) + 1) * kHalfSecond / rate_per_s_};
  }

  void end() { owner_.streams_.erase(self_); }

  WorkflowStreams& owner_;
  std::list<Stream>::iterator self_;
  event::Timer timer_;
  std::unique_ptr<http::Responder> responder_;
  std::int64_t rate_per_s_;
  std::string chaos_rate_;
  std::string_view compat_;
  std::int64_t seed_;
  std::int64_t sequence_ = 0;  ///< of the line that is next
  std::int64_t first_ = 0;     ///< of the schedule that began at began_
  TimePoint began_{};
  bool waiting_ = false;  ///< for a slow reader
};

Result<std::unique_ptr<WorkflowStreams>> WorkflowStreams::create(event::Loop& loop, Products& products) {
  const auto product = products.find("workflow");
  if (!product) return fail(product.error());
  auto schema = schema_of(kParameters, "parameter");
  if (!schema) return fail(std::move(schema.error()));
  return std::unique_ptr<WorkflowStreams>(new WorkflowStreams(loop, products, *product, std::move(*schema)));
}

WorkflowStreams::WorkflowStreams(event::Loop& loop, Products& products, std::size_t product,
                                 plugin::OptionSchema schema)
    : loop_(loop), products_(products), product_(product), schema_(std::move(schema)) {}

WorkflowStreams::~WorkflowStreams() = default;

Endpoint WorkflowStreams::endpoint() {
  Endpoint endpoint;
  endpoint.method = "GET";
  endpoint.path = "/api/agents/stream";
  endpoint.tag = "generate";
  endpoint.summary = "Workflows without end, one JSON a line, paced by a schedule";
  endpoint.parameters = schema_.json();
  endpoint.answer = R"({"type":"object","required":["workflow_id","tasks","stream_sequence"]})";
  endpoint.media_type = "application/x-ndjson";
  endpoint.failures = "503";
  endpoint.handle = [this](Call& call) { begin(call); };
  return endpoint;
}

void WorkflowStreams::begin(Call& call) {
  if (finished_) return answer_error(*call.responder, 503, "the service is shutting down");
  const auto asked = Members::of_query(schema_, call.query.parameters());
  if (!asked) return answer_error(*call.responder, 400, asked.error().message);
  if (call.is_head()) {
    call.responder->begin_stream(200, kHeaders);
    return call.responder->finish_stream();
  }
  streams_.emplace_back(*this, *asked);
  if (const auto tried = streams_.back().make_line(); !tried) {
    streams_.pop_back();
    return answer_error(*call.responder, 500, to_text(tried.error()));
  }
  --lines_made_;  // that one was to find out whether lines can be made at all
  streams_.back().begin(std::prev(streams_.end()), std::move(call.responder));
}

void WorkflowStreams::finish_all() {
  finished_ = true;
  while (!streams_.empty()) streams_.front().finish();
}

}  // namespace thresher::service
