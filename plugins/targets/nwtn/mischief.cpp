#include "mischief.h"

#include <array>

namespace nwtn {
namespace {

constexpr double kLowConfidence = 0.3, kBadConfidence = 1.7;

/// Changes the document by the faults of an answer that comes and is wrong.
void spoil(Json& document, const Faults& faults, thresher::Random& random) {
  Json& trace = document["reasoning_trace"];
  const auto befalls = [&random](double rate) { return random.chance(rate); };
  const std::uint64_t steps = trace.size();
  const auto dropped = random.below(steps), emptied = random.below(steps);
  const auto swapped = steps > 1 ? random.below(steps - 1) : 0;
  if (befalls(faults.broken_flow)) trace[emptied].erase("output_data");
  if (befalls(faults.low_confidence)) {
    document["confidence_score"] = kLowConfidence;
    for (Json& step : trace) step["confidence_score"] = kLowConfidence;
  }
  if (befalls(faults.bad_confidence)) document["confidence_score"] = kBadConfidence;
  if (befalls(faults.wrong_order) && steps > 1) std::swap(trace[swapped], trace[swapped + 1]);
  if (befalls(faults.missing_agent)) trace.erase(dropped);
  if (befalls(faults.empty_answer)) document["final_answer"] = "";
  if (befalls(faults.unsafe)) document["safety_validated"] = false;
}

}  // namespace

Ending end_of(const Session& session, const Conduct& conduct, thresher::Random& random) {
  const Faults& faults = conduct.faults;
  const std::array rates = {faults.error, faults.timeout, faults.reset, faults.garbage, faults.created_only};
  std::size_t fate = rates.size();
  for (std::size_t i = rates.size(); i-- > 0;)
    if (random.chance(rates[i])) fate = i;
  Json document = session_json(session);
  spoil(document, faults, random);

  const std::chrono::nanoseconds whole = length_of(session.steps), half = whole / 2;
  switch (fate) {
    case 0:
      return {refusal(500, "the pipeline failed").later(half), half, true};
    case 1:
      return {thresher::never(), conduct.gives_up, true};
    case 2:
      return {thresher::reset().later(half), half, true};
    case 3:
      return {thresher::text(200, "<html>it works</html>").later(whole), whole, false};
    case 4:
      return {reply(201, created_json(session)), {}, false};
    default:
      return {reply(200, document).later(whole), whole, false};
  }
}

}  // namespace nwtn
