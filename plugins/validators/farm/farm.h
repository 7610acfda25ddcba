#pragma once

#include <thresher/plugin.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "farm/analysis.h"
#include "farm/drift.h"
#include "farm/progress.h"
#include "history/reader.h"
#include "oracle/docket.h"

namespace farm {

/// Hears findings, violations and documents.
class Desk : public oracle::Clerk {
 public:
  virtual void document(std::string_view name, std::string_view json) = 0;
};

/// The validator `farm`: the Farm document's verdicts over a run. At the end it gives the documents
///   checks    [{name, expected, actual, passed}]
///   analysis  the operator's analysis, in the document's shape
///   drift     what the platform dropped or changed of what it was sent
///   run       {status, test_id, fleet_summary, scenario_id, scenario_summary, execution_result, statuses} of the last
///             stress test; status and statuses of all
/// and after an event `validate` the document checks alone.
class Farm : public thresher::Validator {
 public:
  static thresher::ValidatorDescription describe();
  Farm(const thresher::Options& options, std::uint64_t seed, const thresher::Judge& judge);
  explicit Farm(std::unique_ptr<Desk> desk);

  void observe(std::string_view event) override;
  void finish() override;

 private:
  void keep(const history::Event& event, std::string_view line);
  void read_back(std::string_view line, std::int64_t t);
  void tell_trouble(const Progress::Trouble& trouble, std::int64_t t);
  void conclude_asked();
  void report_drift();
  void report_section(std::string_view name, const Section& section, std::uint64_t observations);
  Staffing staffing() const;
  Json run_document(const std::vector<FarmCheck>& checks) const;

  std::unique_ptr<Desk> desk_;
  history::Reader reader_;
  oracle::RunFacts run_;
  oracle::WorkflowBook book_;
  oracle::CaseFile file_;
  oracle::Docket status_, drift_docket_;
  Progress progress_;
  Figures figures_;
  Drift drift_;
  std::string problem_;                                   ///< the first trouble
  std::string fleet_line_, scenario_line_, result_line_;  ///< the last of each
  history::Expectations expected_;
  std::optional<Json> asked_;
};

}  // namespace farm
