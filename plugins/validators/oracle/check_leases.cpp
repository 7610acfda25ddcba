#include "oracle/check_leases.h"

#include <fmt/format.h>

#include <algorithm>

namespace oracle {
namespace {

constexpr std::size_t kKept = 64;  ///< leases of one item; who comes with an older one is not judged

std::string until(std::int64_t t) { return t == kForEver ? "its release" : clock_text(t); }
std::string with_token(std::int64_t token) { return token < 0 ? "" : fmt::format(", with token {}", token); }

/// What its holder asked for; empty: what was told is nothing that it asked for, or nothing yet.
std::string_view request_of(std::string_view what) {
  if (what == "renewed") return "renewal";
  if (what == "released") return "release";
  if (what == "completed") return "completion";
  return what == "failed" ? "surrender" : "";
}

}  // namespace

LeasesCheck::Lease* LeasesCheck::find(Leases& leases, std::string_view holder, std::int64_t token) {
  const auto found = std::find_if(leases.rbegin(), leases.rend(), [&](const Lease& lease) {
    return lease.holder == holder && (token < 0 || lease.token == token);
  });
  return found == leases.rend() ? nullptr : &*found;
}

void LeasesCheck::tell_overlap(std::int64_t t, const history::LeaseTold& told, const Lease& held, std::int64_t token,
                               bool overlaps) {
  docket_.tell(t, [&] {
    Witness witness{fmt::format("item {}, {} -> {}", told.item, held.holder, told.holder),
                    {},
                    {{"item", std::string(told.item)}, {"holder", std::string(told.holder)}}};
    witness.lines.push_back(fmt::format("{} acquired {} at {}, with token {}, until {}.", held.holder, told.item,
                                        clock_text(held.since), held.token, until(held.earliest)));
    witness.lines.push_back(fmt::format("{} acquired it at {}, with token {}.", told.holder, clock_text(t), token));
    if (overlaps) witness.lines.emplace_back("Both held it, and a lease has one holder.");
    if (token <= held.token)
      witness.lines.emplace_back("Tokens of an item rise: with this one, a late write of the first holder would pass.");
    witness.lines.emplace_back(kOurClock);
    return witness;
  });
}

void LeasesCheck::acquired(std::int64_t t, const history::LeaseTold& told) {
  Leases& leases = items_.at(told.item);
  const std::int64_t sent = sent_of(told, t);
  const std::int64_t token = told.token.value_or(leases.empty() ? 0 : leases.back().token + 1);
  const std::int64_t ends = earliest_end_of(told, t);
  Lease lease{std::string(told.holder), token, t, ends, ends == kForEver ? ends : ends + (t - sent)};
  if (leases.empty()) return void(leases.push_back(std::move(lease)));
  const std::int64_t bound = docket_.run().clock_bound.count();
  const Lease& newest = leases.back();
  if (token < newest.token && sent < newest.since) {  // decided before the newest one, and heard of after it
    leases.insert(leases.end() - 1, std::move(lease));
    return;
  }
  const bool overlaps = newest.ended < 0 && !newest.leaving && newest.holder != told.holder && token != newest.token &&
                        t + bound < newest.earliest;
  if (overlaps || token <= newest.token) tell_overlap(t, told, newest, token, overlaps || sent < newest.since);
  lease.token = std::max(token, newest.token);
  leases.push_back(std::move(lease));
  if (leases.size() > kKept) leases.pop_front();
}

/// Why the request came when its lease was over, wherever between sending and hearing it was decided; empty when it may
/// have come in time.
std::string LeasesCheck::why_over(const Leases& leases, const Lease* lease, const Request& request) const {
  if (leases.empty()) return "Nobody had acquired a lease on it.";
  if (lease == nullptr) return leases.size() < kKept ? "No such lease was ever given on it." : "";
  const auto next = std::find_if(leases.begin(), leases.end(), [&](const Lease& each) { return &each == lease; }) + 1;
  const bool followed = next != leases.end() && request.sent >= next->since;
  const bool ended = lease->ended >= 0 && request.sent >= lease->ended;
  const bool ran_out = lease->latest != kForEver && request.sent > lease->latest + docket_.run().clock_bound.count();
  if (!followed && !ended && !ran_out) return {};
  std::string why = fmt::format("The lease was {}'s, with token {}, from {} until {}", lease->holder, lease->token,
                                clock_text(lease->since), until(lease->latest));
  if (ended) why += ", and had ended";
  if (followed)
    why += fmt::format("; {} had acquired the item at {}, with token {}", next->holder, clock_text(next->since),
                       next->token);
  return why + ".";
}

bool LeasesCheck::surely_runs(const Leases& leases, const Lease& lease, const Request& request) const {
  return &lease == &leases.back() && lease.ended < 0 && !lease.leaving && request.sent >= lease.since &&
         request.heard + docket_.run().clock_bound.count() < lease.earliest;
}

void LeasesCheck::judge(const Leases& leases, const Lease* lease, const Request& request) {
  const std::string over = request.accepted ? why_over(leases, lease, request) : "";
  const bool wrongly_refused = !request.accepted && lease != nullptr && surely_runs(leases, *lease, request);
  if (over.empty() && !wrongly_refused) return;
  docket_.tell(request.heard, [&] {
    Witness witness{
        fmt::format("item {}, holder {}", request.item, request.holder),
        {fmt::format("The platform {} a {} of {} to {} at {}{}{}.", request.accepted ? "accepted" : "refused",
                     request.what, request.holder, request.item, clock_text(request.heard), with_token(request.token),
                     request.sent < request.heard ? fmt::format(", sent at {}", clock_text(request.sent)) : "")},
        {{"item", std::string(request.item)}, {"holder", std::string(request.holder)}}};
    if (wrongly_refused) {
      witness.lines.push_back(fmt::format("Its lease was the newest, with token {}, from {} until {}.", lease->token,
                                          clock_text(lease->since), until(lease->earliest)));
      witness.lines.emplace_back("Until it ends, the item is its holder's.");
    } else {
      witness.lines.push_back(over);
      witness.lines.push_back(
          fmt::format("A {} without a running lease of the newest token is refused.", request.what));
    }
    witness.lines.emplace_back(kOurClock);
    return witness;
  });
}

void LeasesCheck::heard(const history::Event& event) {
  const std::int64_t t = event.t;
  if (const auto* write = std::get_if<history::WriteTold>(&event.body)) {
    docket_.observe();
    Leases& leases = items_.at(write->item);
    const std::int64_t token = write->token.value_or(-1);
    return judge(leases, find(leases, write->holder, token),
                 {"write", write->item, write->holder, token, sent_of(*write, t), t, write->accepted});
  }
  const auto* told = std::get_if<history::LeaseTold>(&event.body);
  if (told == nullptr) return;
  docket_.observe();
  if (told->what == "acquired") return acquired(t, *told);
  Leases& leases = items_.at(told->item);
  const std::int64_t token = told->token.value_or(-1), sent = sent_of(*told, t);
  Lease* lease = find(leases, told->holder, token);
  if (const std::string_view request = request_of(told->what); !request.empty())
    judge(leases, lease, {request, told->item, told->holder, token, sent, t, told->accepted});
  if (lease == nullptr || !told->accepted) return;
  if (told->what == "renewed") {
    lease->earliest = earliest_end_of(*told, t);
    lease->latest = lease->earliest == kForEver ? kForEver : lease->earliest + (t - sent);
  } else if (told->what == "releasing") {
    lease->leaving = true;
  } else {
    lease->ended = t;
  }
}

}  // namespace oracle
