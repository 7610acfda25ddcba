#include "engine/executor.h"

#include <algorithm>

#include "engine/arrival_executor.h"
#include "engine/closed_executor.h"
#include "engine/shape.h"
#include "engine/share.h"

namespace thresher::engine {

std::unique_ptr<Executor> make_executor(const ExecutorContext& context) {
  using Kind = profile::ExecutorKind;
  const profile::Plan& plan = *context.plan;
  if (is_open_model(plan.executor)) return std::make_unique<ArrivalExecutor>(context);

  ClosedExecutor::Quota quota;
  if (plan.executor == Kind::per_vu_iterations) quota.per_user = std::max<std::uint64_t>(plan.iterations, 1);
  if (plan.executor == Kind::shared_iterations) {
    const std::uint64_t done = context.earlier == nullptr ? 0 : context.earlier->work.ended;
    quota.shared =
        share_by_users(plan.iterations - std::min(plan.iterations, done), plan.users, context.worker, context.workers);
  }
  return std::make_unique<ClosedExecutor>(context, pacing::UserSchedule{user_stages(plan)}, quota);
}

}  // namespace thresher::engine
