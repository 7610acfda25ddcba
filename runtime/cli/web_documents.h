#pragma once

#include <string>
#include <vector>

#include "cli/locations.h"
#include "plugin/registry.h"
#include "service/live/page_documents.h"

namespace thresher::cli {

/// What the live page reads: written with the reports' and the comparison's own functions, so that it says what the
/// commands say. `plugins` outlives it.
class WebDocuments final : public service::PageDocuments {
 public:
  WebDocuments(Locations locations, const plugin::Registry& plugins)
      : locations_(std::move(locations)), plugins_(plugins) {}

  std::string runs(const std::vector<store::RunRecord>& runs) override;
  Result<std::string> run(store::RunStore& store, const store::RunRecord& run) override;
  std::string comparison(const store::RunRecord& base, const store::RunRecord& run) override;
  Result<std::string> statistics_csv(const store::RunRecord& run) override;
  std::string choices() override;
  std::vector<std::string> scenario_files() override;

 private:
  Locations locations_;
  const plugin::Registry& plugins_;
};

}  // namespace thresher::cli
