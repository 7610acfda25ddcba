#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "oracle/check.h"
#include "oracle/recent.h"

namespace oracle {

/// ORACLE 6. Under one key there is at most one effect, unless the ledger calls it idempotent; a key stands for one
/// request, by its hash, and gives one response; nobody is told to execute what another executes, or has; and once an
/// item is completed, the effects that its workers claim are those of our tool server's ledger.
class AtMostOnceCheck : public Check {
 public:
  explicit AtMostOnceCheck(const Bench& bench)
      : docket_(bench.docket("at_most_once")), items_(bench.settings.ended_limit) {}
  void heard(const history::Event& event) override;
  thresher::Finding finding() override { return docket_.finding("keys, claims and effects as they have to be"); }

 private:
  struct Seen {
    std::string task, hash;
    std::int64_t attempt = 1;
    history::Instant at;
  };
  struct Claimed {
    std::string holder, hash;
    std::int64_t t = 0;
  };
  struct Key {
    std::string hash;                                     ///< of the first request; empty: none was told
    std::int64_t hash_at = 0;                             ///< when we heard of it
    std::string executor;                                 ///< of the latest claim; empty: nobody has one
    std::int64_t executes_since = 0, executes_until = 0;  ///< the latter the greatest time when it was not told
    bool completed = false;
    bool idempotent = false;  ///< more than one effect does no harm
    std::string response;
    std::int64_t response_at = -1;
    std::vector<Seen> effects;  ///< by the latest ledger
    std::vector<Claimed> claims;
    std::size_t told = 1;  ///< effects that a witness has been told of, or that are allowed
  };
  struct Item {
    std::map<std::string, Key, std::less<>> keys;
    bool ledger_read = false;
  };
  void claimed(std::int64_t t, const history::ClaimTold& told);
  void executes(std::int64_t t, const history::ClaimTold& told, Key& key);
  void responded(std::int64_t t, const history::ClaimTold& told, Key& key);
  void effect_claimed(std::int64_t t, const history::EffectClaimed& told);
  void ledger_read(std::int64_t t, const history::LedgerRead& told);
  void judge_effects(std::int64_t t, std::string_view item, const std::string& name, Key& key);
  void finished(std::int64_t t, const history::WorkFinished& told);
  void tell(std::int64_t t, std::string_view item, std::string_view key, std::vector<std::string> lines);

  Docket docket_;
  Recent<Item> items_;
};

}  // namespace oracle
