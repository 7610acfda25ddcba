#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "plugin/option_schema.h"
#include "service/answer.h"
#include "service/load_book.h"
#include "service/router.h"

namespace thresher::service {

/// POST /api/agents/stream-load-test and what follows it: workflows sent to a platform at a constant rate, by the
/// engine (task `stream` of scripts/farm_stress.lua), and counted from the history as it comes. Tests that have ended
/// stay readable until kMostEnded newer ones have; of each test the first kMostIds execution ids are kept.
class StreamLoads {
 public:
  static constexpr std::size_t kMostEnded = 64;
  static constexpr std::size_t kMostIds = 100'000;
  static constexpr std::size_t kMostErrors = 5;

  struct Setting {
    std::string platform_url;  ///< of bodies without target_url; may be empty
    std::string version;
  };

  /// `book` outlives it.
  static Result<std::unique_ptr<StreamLoads>> create(event::Loop& loop, LoadBook& book, Setting setting);
  ~StreamLoads();

  void add_to(Router& router);

 private:
  struct Test;

  StreamLoads(event::Loop& loop, LoadBook& book, Setting setting);
  Result<void> prepare();
  void start(Call& call);
  void status(Call& call);
  void stop(Call& call);
  void execution_ids(Call& call);
  void remove(Call& call);

  Json status_of(const Test& test) const;
  Nanoseconds elapsed(const Test& test) const;
  store::RunEnd conclude(Test& test, const LoadOutcome& outcome);
  std::shared_ptr<Test> find(Call& call);  ///< answers 404 itself
  void forget_oldest();

  event::Loop& loop_;
  LoadBook& book_;
  Setting setting_;
  plugin::OptionSchema body_schema_, page_schema_;
  std::map<std::string, std::shared_ptr<Test>> tests_;  ///< by id, and so by age: ids sort by time
};

}  // namespace thresher::service
