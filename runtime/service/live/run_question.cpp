#include "service/live/run_question.h"

#include <utility>

#include "base/text.h"

namespace thresher::service {

RunQuestion::RunQuestion(event::Loop& loop, const std::filesystem::path& socket, const control::Order& order,
                         Nanoseconds limit, std::function<void(RunQuestion&, Result<std::string>)> done)
    : done_(std::move(done)),
      limit_(loop.timers(),
             [this, limit](TimePoint) {
               answer(fail(ErrorCode::timeout, "the run did not answer within " + format_duration(limit)));
             }),
      client_(control::Client::connect(loop, socket, *this)) {
  limit_.start_at(loop.now() + limit);
  const bool watches = order.kind == control::Order::Kind::watch;
  client_->ask(order, [this, watches](Result<std::string> result) {
    if (!watches || !result) answer(std::move(result));
  });
}

void RunQuestion::on_event(std::string_view event, std::string_view data) {
  if (event == "begin") answer(std::string(data));
}

void RunQuestion::on_closed() {
  answer(fail(ErrorCode::not_found, "the run has ended, or its process does not listen"));
}

void RunQuestion::answer(Result<std::string> result) {
  if (!done_) return;
  limit_.cancel();
  std::exchange(done_, nullptr)(*this, std::move(result));
}

}  // namespace thresher::service
