#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "conduct.h"
#include "execution.h"
#include "view.h"

namespace gateway {

/// The webhooks that would have been sent: a stand-in opens no connections, so what it would have sent is kept, signed,
/// where it can be read back. The signature is that of AgentField: HMAC-SHA-256 of the body under the webhook's secret.
class Deliveries {
 public:
  static constexpr std::size_t kKept = 10'000;

  explicit Deliveries(const Conduct& conduct) : conduct_(conduct) {}

  /// The execution, which has a webhook, has just ended. The view is of that moment.
  void ended(const Execution& execution, const View& view);
  /// What was sent about this execution, or everything that is kept when `id` is empty; the oldest first.
  Json list(std::string_view id) const;

 private:
  struct Delivery {
    std::string execution_id, url, at, body;
    Json headers;
  };
  const Conduct& conduct_;
  std::deque<Delivery> kept_;
};

}  // namespace gateway
