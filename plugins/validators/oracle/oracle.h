#pragma once

#include <thresher/plugin.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

#include "history/reader.h"
#include "oracle/court.h"
#include "oracle/metamorphic.h"

namespace oracle {

/// The validator `oracle`: holds a platform that executes workflows to the rules of its own ground truth. Each check
/// gives one finding.
class Oracle : public thresher::Validator {
 public:
  static thresher::ValidatorDescription describe();
  Oracle(const thresher::Options& options, std::uint64_t seed, const thresher::Judge& judge);
  Oracle(const Settings& settings, std::uint64_t seed, std::unique_ptr<Clerk> clerk);

  void observe(std::string_view event) override;
  void finish() override;

 private:
  Settings settings_;
  std::unique_ptr<Clerk> clerk_;
  history::Reader reader_;
  Court court_;
  Metamorphic metamorphic_;
};

}  // namespace oracle
