#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "base/result.h"
#include "event/loop.h"
#include "plugin/option_schema.h"
#include "service/products.h"
#include "service/router.h"

namespace thresher::service {

/// GET /api/agents/stream: workflows as NDJSON, one a line, for as long as somebody reads.
///
/// Line n (from 0) is due (n + 1/2) / rate after the first byte, whatever the lines before it took; the half keeps
/// lines off the edges of a second, so that every window of k/rate seconds has k lines. Every reader has its own
/// schedule:
///
/// | state   | event                                | next    | why                                                  |
/// |---------|--------------------------------------|---------|------------------------------------------------------|
/// | pacing  | a line is due                        | pacing  | made, written; at most kMostAtOnce lines a call      |
/// | pacing  | the write had to be queued           | waiting | a slow reader: nothing is made for it meanwhile      |
/// | pacing  | due more than kMostLate ago          | pacing  | this machine is too slow: the schedule starts anew   |
/// | waiting | all was taken                        | pacing  | the schedule starts anew, so no burst follows        |
/// | any     | client gone, finish_all(), seeds end | (ended) | the last two with the final chunk                    |
///
/// A reader costs its connection, a timer and at most one queued line. One thread.
class WorkflowStreams {
 public:
  static constexpr int kMostAtOnce = 16;
  static constexpr Nanoseconds kMostLate = std::chrono::seconds(1);

  /// `products` outlives it. The error: the generator lacks the product.
  static Result<std::unique_ptr<WorkflowStreams>> create(event::Loop& loop, Products& products);
  ~WorkflowStreams();

  Endpoint endpoint();
  /// Ends every stream with its final chunk; later ones are refused with 503.
  void finish_all();

  std::size_t open() const { return streams_.size(); }
  std::uint64_t lines_made() const { return lines_made_; }

 private:
  class Stream;

  WorkflowStreams(event::Loop& loop, Products& products, std::size_t product, plugin::OptionSchema schema);
  void begin(Call& call);

  event::Loop& loop_;
  Products& products_;
  std::size_t product_;
  plugin::OptionSchema schema_;
  std::list<Stream> streams_;
  std::string line_;  ///< the one on its way
  std::uint64_t lines_made_ = 0;
  bool finished_ = false;
};

}  // namespace thresher::service
