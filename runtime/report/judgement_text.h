#pragma once

#include "report/judgement.h"
#include "report/screen_tables.h"

namespace thresher::report {

/// A line per check, then the first violations of each check with their witnesses, as a person reads them. Empty when
/// no validator was asked.
Lines judgement_lines(const Judgement& judgement, const Look& look);

/// "3 violations" ..., for beside the section's title.
std::string judgement_headline(const Judgement& judgement, const Look& look);

}  // namespace thresher::report
