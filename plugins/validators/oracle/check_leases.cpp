#include "oracle/check_leases.h"

#include <fmt/format.h>

#include <algorithm>

#include <limits>

namespace oracle {
namespace {

constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

std::string at(std::int64_t t) { return fmt::format("{:.3f} ms", static_cast<double>(t) / 1e6); }
std::string until(std::int64_t t) { return t == kForEver ? "its release" : at(t); }

std::int64_t end_of(const history::LeaseTold& told) {
  return told.until_ms ? static_cast<std::int64_t>(*told.until_ms * 1e6) : kForEver;
}

constexpr std::string_view kLegend = "times are milliseconds since the run began, on our clock";

}  // namespace

void LeasesCheck::acquired(std::int64_t t, const history::LeaseTold& told) {
  Lease& lease = leases_.try_emplace(std::string(told.item)).first->second;
  const std::int64_t token = told.token.value_or(lease.token + 1);
  const bool overlaps =
      lease.runs && lease.holder != told.holder && t + docket_.run().clock_bound.count() < lease.until;
  if (overlaps || token <= lease.token)
    docket_.tell(t, [&] {
      Witness witness{fmt::format("item {}, {} -> {}", told.item, lease.holder, told.holder),
                      {},
                      {{"item", std::string(told.item)}, {"holder", std::string(told.holder)}}};
      witness.lines.push_back(fmt::format("{} acquired {} at {}, with token {}, until {}.", lease.holder, told.item,
                                          at(lease.since), lease.token, until(lease.until)));
      witness.lines.push_back(fmt::format("{} acquired it at {}, with token {}.", told.holder, at(t), token));
      if (overlaps) witness.lines.emplace_back("Both held it, and a lease has one holder.");
      if (token <= lease.token)
        witness.lines.emplace_back(
            "Tokens of an item rise: with this one, a late write of the first holder would pass.");
      witness.lines.emplace_back(kLegend);
      return witness;
    });
  lease = {std::string(told.holder), t, end_of(told), std::max(token, lease.token), true};
}

void LeasesCheck::written(std::int64_t t, const history::WriteTold& told) {
  docket_.observe();
  if (!told.accepted) return;
  const auto found = leases_.find(told.item);
  const Lease* lease = found == leases_.end() ? nullptr : &found->second;
  const bool runs = lease != nullptr && lease->runs && lease->holder == told.holder &&
                    t <= lease->until + docket_.run().clock_bound.count();
  if (runs && (!told.token || *told.token == lease->token)) return;
  docket_.tell(t, [&] {
    Witness witness{fmt::format("item {}, holder {}", told.item, told.holder),
                    {fmt::format("The platform accepted a write of {} to {} at {}{}.", told.holder, told.item, at(t),
                                 told.token ? fmt::format(", with token {}", *told.token) : "")},
                    {{"item", std::string(told.item)}, {"holder", std::string(told.holder)}}};
    witness.lines.push_back(lease == nullptr ? "Nobody had acquired a lease on it."
                                             : fmt::format("The lease was {}'s, with token {}, from {} until {}{}.",
                                                           lease->holder, lease->token, at(lease->since),
                                                           until(lease->until), lease->runs ? "" : ", and had ended"));
    witness.lines.emplace_back("A write without a running lease of the newest token is refused.");
    witness.lines.emplace_back(kLegend);
    return witness;
  });
}

void LeasesCheck::heard(const history::Event& event) {
  if (const auto* written_to = std::get_if<history::WriteTold>(&event.body)) return written(event.t, *written_to);
  const auto* told = std::get_if<history::LeaseTold>(&event.body);
  if (told == nullptr) return;
  docket_.observe();
  if (told->what == "acquired") return acquired(event.t, *told);
  const auto found = leases_.find(told->item);
  if (found == leases_.end() || found->second.holder != told->holder) return;
  if (told->what == "renewed") {
    found->second.until = end_of(*told);
  } else if (told->what == "released" || told->what == "expired") {
    found->second.runs = false;
    found->second.until = std::min(found->second.until, event.t);
    if (book_.in_flight(told->item) == nullptr && book_.ended(told->item) != nullptr) leases_.erase(found);
  }
}

}  // namespace oracle
