#pragma once

#include <memory>

#include "base/result.h"
#include "plugin/option_schema.h"
#include "service/answer.h"
#include "service/router.h"
#include "store/run_store.h"

namespace thresher::service {

/// GET /api/agents/stress-test-runs and /{id}: stress tests and stream load tests of the run history, whoever ran them.
class RunHistory {
 public:
  /// `store` may be null: the endpoints then answer 503. It outlives this.
  static Result<std::unique_ptr<RunHistory>> create(store::RunStore* store);

  void add_to(Router& router);

 private:
  RunHistory(store::RunStore* store, plugin::OptionSchema schema) : store_(store), schema_(std::move(schema)) {}
  void list(Call& call);
  void show(Call& call);
  Result<std::vector<store::RunRecord>> newest(std::string_view kind, std::size_t limit);

  store::RunStore* store_;
  plugin::OptionSchema schema_;
};

}  // namespace thresher::service
