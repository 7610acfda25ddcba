#pragma once

#include <string_view>

#include "metrics/histogram.h"

namespace thresher::store {

/// How two sets of response times differ as wholes, by Mann and Whitney's test (Annals of Mathematical Statistics 18,
/// 1947): it looks at ranks alone, so neither a long tail nor the shape of the distribution matters.
struct DistributionShift {
  enum class Word { same, faster, slower, too_few };
  /// Chance that a request of the second run took longer than one of the first, equal times counting half: 0.5 when
  /// nothing changed.
  double slower_probability = 0.5;
  double z = 0;  ///< of the normal approximation with the correction for ties; > 0: slower
  Word word = Word::too_few;
};
std::string_view name_of(DistributionShift::Word word);  ///< "same", "faster", "slower", "too few"

/// `slower` and `faster` need both: |z| of at least 4, because requests of one run are not independent of one another
/// and the textbook's 2 would cry wolf; and a shift that matters, |2 p - 1| of at least 0.147, below which Cliff's
/// delta is called negligible (Romano et al., 2006), because with a million requests any trifle is significant. Fewer
/// than 20 requests on a side are too few for the approximation. Pure.
DistributionShift shift_between(const metrics::Histogram& first, const metrics::Histogram& second);

}  // namespace thresher::store
