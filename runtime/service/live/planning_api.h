#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "event/loop.h"
#include "service/answer.h"
#include "service/live/form.h"
#include "service/live/helper.h"
#include "service/live/page_documents.h"
#include "service/router.h"

namespace thresher::service {

/// What could be run, and what a form means: /api/catalogue and /api/selection. Scripts are read by helpers only, each
/// a process of its own with a time limit.
class PlanningApi {
 public:
  static constexpr Nanoseconds kLimit = std::chrono::seconds(10);  ///< of a helper
  static constexpr std::size_t kMostHelpers = 8;                   ///< at a time; further requests get 503

  PlanningApi(event::Loop& loop, const Program& program, PageDocuments& documents);
  ~PlanningApi();
  PlanningApi(const PlanningApi&) = delete;
  PlanningApi& operator=(const PlanningApi&) = delete;

  void add_to(Router& router);

 private:
  struct Catalogue;
  using Done = std::function<void(Result<HelperAnswer>)>;

  void select(Call& call);
  void answer_catalogue(Call& call);
  void list_files(const std::shared_ptr<Catalogue>& catalogue, std::vector<std::string> files);
  void list_next(const std::shared_ptr<Catalogue>& catalogue);
  /// Stopped when its asker goes away first.
  void help(const std::shared_ptr<http::Responder>& asker, std::vector<std::string> arguments, Done done);

  event::Loop& loop_;
  const Program& program_;
  PageDocuments& documents_;
  std::list<std::unique_ptr<Helper>> helpers_;
  std::shared_ptr<bool> alive_;  ///< as in LiveRuns
};

/// Of the text that a command refused with: "thresher: light.toml:9: message". Pure.
Json problem_of(std::string_view errors);

}  // namespace thresher::service
