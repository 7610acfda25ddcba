// The checks of work under a recovery system, on histories by hand: at_most_once, replay, leases, work_items.
#include "bench_of_history.h"

using Catch::Matchers::Contains;
using thresher::Verdict;

namespace {

/// Events of the item "x", 10 ms apart; each is what stands in its braces.
Judged told(const std::vector<std::string>& events) {
  std::vector<std::string> lines{R"({"t":0,"event":"run","run":"r","seed":7,"command":"thresher rehearse w.lua"})"};
  std::int64_t t = 0;
  for (const std::string& event : events)
    lines.push_back(R"({"t":)" + std::to_string(t += 10'000'000) + R"(,"item":"x",)" + event + "}");
  return judge(lines);
}

std::string claim(const std::string& holder, const std::string& outcome, const std::string& hash = "h1",
                  const std::string& more = "") {
  return R"("event":"claim","key":"k","holder":")" + holder + R"(","outcome":")" + outcome + R"(","hash":")" + hash +
         "\"" + more;
}
std::string effect(const std::string& holder, const std::string& key = "k") {
  return R"("event":"effect","holder":")" + holder + R"(","task":"s1","key":")" + key + R"(","hash":"h1")";
}
std::string ledger(const std::string& effects) { return R"("event":"ledger","effects":[)" + effects + "]"; }
std::string entry(int attempt, const std::string& hash = "h1", const std::string& more = "") {
  return R"({"task":"s1","idempotency_key":"k","payload_hash":")" + hash + R"(","attempt":)" + std::to_string(attempt) +
         R"(,"at":1800000000.5)" + more + "}";
}
std::string finished(const std::string& status, const std::string& state = "42") {
  return R"("event":"finished","status":")" + status + R"(","state":")" + state + "\"";
}
std::string acquired(const std::string& holder, int token, const std::string& more = "") {
  return R"("event":"lease","what":"acquired","holder":")" + holder + R"(","token":)" + std::to_string(token) + more;
}
std::string lease(const std::string& what, const std::string& holder, int token, const std::string& more = "") {
  return R"("event":"lease","what":")" + what + R"(","holder":")" + holder + R"(","token":)" + std::to_string(token) +
         more;
}
std::string write(const std::string& holder, int token, bool accepted, double ago_ms) {
  return R"("event":"write","holder":")" + holder + R"(","token":)" + std::to_string(token) + R"(,"accepted":)" +
         (accepted ? "true" : "false") + R"(,"ago_ms":)" + std::to_string(ago_ms);
}
std::string checkpoint(int sequence, const std::string& hash) {
  return R"("event":"checkpoint","holder":"a","sequence":)" + std::to_string(sequence) + R"(,"hash":")" + hash + "\"";
}
std::string resumed(int sequence, const std::string& hash) {
  return R"("event":"resumed","holder":"b","sequence":)" + std::to_string(sequence) + R"(,"hash":")" + hash + "\"";
}
std::string listed(const std::string& list) { return R"("event":"checkpoints","checkpoints":[)" + list + "]"; }
std::string in_list(int sequence, const std::string& hash) {
  return R"({"sequence_number":)" + std::to_string(sequence) + R"(,"snapshot_hash":")" + hash + "\"}";
}

}  // namespace

TEST_CASE("a key executed once, replayed and accounted for passes", "[validators][at_most_once]") {
  const Judged judged =
      told({claim("a", "execute"), claim("b", "in_flight"), effect("a"),
            claim("a", "completed", "h1", R"(,"response":"7")"), claim("b", "replay", "h1", R"(,"response":"7")"),
            claim("b", "mismatch", "h2"), ledger(entry(1)), finished("completed")});
  CHECK(judged.accusers().empty());
  CHECK(judged.verdict("at_most_once") == Verdict::pass);
}

TEST_CASE("a second effect under a key is told with both", "[validators][at_most_once]") {
  CHECK_THAT(told({claim("a", "execute"), ledger(entry(1) + "," + entry(2))}).witnesses("at_most_once"),
             Contains("item x, key k") && Contains("has 2 effects under the key") &&
                 Contains("of task s1, attempt 2, at 2027-01-15T08:00:00.5") && Contains("replay: seed 7"));
  const std::string harmless = R"(,"idempotent":true)";
  CHECK(told({claim("a", "execute"), ledger(entry(1, "h1", harmless) + "," + entry(2, "h1", harmless))})
            .accusers()
            .empty());
  CHECK_THAT(told({claim("a", "execute"), ledger(entry(1, "h2"))}).witnesses("at_most_once"),
             Contains("the key stood for the request h1") && Contains("had the payload h2"));
}

TEST_CASE("two who are told to execute are told of, unless the first gave up or its claim ran out",
          "[validators][at_most_once]") {
  CHECK_THAT(told({claim("a", "execute"), claim("b", "execute")}).witnesses("at_most_once"),
             Contains("a was told at 10.000 ms to execute") && Contains("b was told at 20.000 ms to execute too"));
  CHECK_THAT(told({claim("a", "execute"), claim("a", "completed"), claim("b", "execute")}).witnesses("at_most_once"),
             Contains("It did, and the platform has the key's response"));
  CHECK(told({claim("a", "execute"), claim("a", "failed"), claim("b", "execute")}).accusers().empty());
  CHECK(told({claim("a", "execute", "h1", R"(,"for_ms":5)"), claim("b", "execute")}).accusers().empty());
  // Asked for 4 ms before we heard of it, so that it runs out 8 ms later at the earliest: b may be right.
  CHECK(told({claim("a", "execute", "h1", R"(,"for_ms":12,"ago_ms":4)"), claim("b", "execute")}).accusers().empty());
  CHECK_THAT(told({claim("a", "execute", "h1", R"(,"for_ms":20,"ago_ms":4)"), claim("b", "execute")})
                 .witnesses("at_most_once"),
             Contains("Its claim stands until 26.000 ms"));
}

TEST_CASE("a key stands for one request and one response", "[validators][at_most_once]") {
  CHECK_THAT(told({claim("a", "execute"), claim("b", "replay", "h2")}).witnesses("at_most_once"),
             Contains("b asked under it for h2, and the answer was \"replay\"") && Contains("another request"));
  CHECK_THAT(told({claim("a", "execute"), claim("b", "mismatch")}).witnesses("at_most_once"),
             Contains("the same request, and no mismatch"));
  CHECK_THAT(told({claim("a", "execute"), claim("a", "completed", "h1", R"(,"response":"7")"),
                   claim("b", "replay", "h1", R"(,"response":"8")")})
                 .witnesses("at_most_once"),
             Contains("was \"7\" at 20.000 ms") && Contains("was \"8\" at 30.000 ms"));
}

TEST_CASE("of completed work the effects claimed are those seen", "[validators][at_most_once]") {
  CHECK_THAT(told({claim("a", "execute"), effect("a"), ledger(""), finished("completed")}).witnesses("at_most_once"),
             Contains("a says at 20.000 ms that it did it") && Contains("no effect under the key"));
  CHECK_THAT(told({claim("a", "execute"), ledger(entry(1)), finished("completed")}).witnesses("at_most_once"),
             Contains("an effect of task s1, attempt 1") && Contains("No worker says"));
  CHECK(told({claim("a", "execute"), ledger(entry(1)), finished("expired")}).accusers().empty());  // it died of it
}

TEST_CASE("checkpoints are numbered without a gap, and what is acknowledged is resumed from", "[validators][replay]") {
  CHECK(told({checkpoint(1, "c1"), checkpoint(2, "c2"), R"("event":"killed","holder":"a")", resumed(3, "c2"),
              checkpoint(4, "c4"),
              listed(in_list(1, "c1") + "," + in_list(2, "c2") + "," + in_list(3, "c2") + "," + in_list(4, "c4"))})
            .verdict("replay") == Verdict::pass);
  CHECK_THAT(told({checkpoint(1, "c1"), checkpoint(3, "c3")}).witnesses("replay"),
             Contains("Checkpoint 1 was the last number known at 10.000 ms") &&
                 Contains("a was given number 3 at 20.000 ms") && Contains("without a gap"));
  CHECK_THAT(told({checkpoint(1, "c1"), checkpoint(1, "c2")}).witnesses("replay"), Contains("Sequence numbers rise, "));
  // A checkpoint that got no answer may have taken the number.
  CHECK(told({checkpoint(1, "c1"), R"("event":"checkpoint","holder":"a")", checkpoint(3, "c3")}).accusers().empty());
  CHECK_THAT(told({checkpoint(1, "c1"), checkpoint(2, "c2"), R"("event":"killed","holder":"a")", resumed(1, "c1")})
                 .witnesses("replay"),
             Contains("Checkpoint 2 was acknowledged to a at 20.000 ms, with the snapshot c2") &&
                 Contains("b resumed at 40.000 ms from checkpoint 1") && Contains("a was killed at 30.000 ms"));
  CHECK_THAT(told({checkpoint(1, "c1"), resumed(0, "")}).witnesses("replay"), Contains("from the beginning"));
  CHECK_THAT(told({checkpoint(1, "c1"), resumed(1, "torn")}).witnesses("replay"), Contains("with the snapshot torn"));
}

TEST_CASE("the list of checkpoints has what was acknowledged, without a gap", "[validators][replay]") {
  CHECK_THAT(told({checkpoint(1, "c1"), checkpoint(2, "c2"), listed(in_list(1, "c1"))}).witnesses("replay"),
             Contains("Checkpoint 2 was acknowledged") && Contains("has no such number"));
  CHECK_THAT(told({checkpoint(1, "c1"), listed(in_list(1, "other"))}).witnesses("replay"),
             Contains("its snapshot is other"));
  CHECK_THAT(told({listed(in_list(1, "c1") + "," + in_list(11, "c2"))}).witnesses("replay"),
             Contains("has number 11 in the place of 2"));
}

TEST_CASE("work that was killed ends as the same work that was not", "[validators][replay]") {
  const auto twins = [](const std::string& state, const std::string& effects, bool with_control = true) {
    std::vector<std::string> lines;
    const auto add = [&](const std::string& item, const std::string& event) {
      lines.push_back(R"({"t":)" + std::to_string(lines.size() * 1'000'000) + R"(,"item":")" + item + "\"," + event +
                      "}");
    };
    add("calm", R"("event":"work")");
    add("calm", ledger(entry(1, "p1") + "," + entry(1, "p2")));
    if (with_control) add("calm", finished("completed", "42"));
    add("x", R"("event":"work","like":"calm")");
    add("x", R"("event":"killed","holder":"a")");
    add("x", ledger(effects));
    add("x", finished("completed", state));
    return judge(lines);
  };
  const std::string same = entry(2, "p2") + "," + entry(1, "p1");
  CHECK(twins("42", same).verdict("replay") == Verdict::pass);
  CHECK_THAT(twins("41", same).witnesses("replay"),
             Contains("calm, which was not interrupted, ended at 2.000 ms: state \"42\", 2 effects") &&
                 Contains("x, the same work, ended at 6.000 ms: state \"41\"") && Contains("a was killed at 4.000 ms"));
  CHECK_THAT(twins("42", same + "," + entry(3, "p2")).witnesses("replay"),
             Contains("Effects too many: 1, the first of task s1 with the payload p2"));
  CHECK_THAT(twins("42", entry(1, "p1")).witnesses("replay"), Contains("Effects missing: 1, "));
  const Judged alone = twins("41", same, false);
  CHECK(alone.verdict("replay") == Verdict::no_data);
  CHECK_THAT(alone.of("replay").summary, Contains("of 1 items the run without a crash is not known"));
}

TEST_CASE("a lease that may have ended is not taken for one that runs, nor the other way", "[validators][leases]") {
  // Acquired at 10 ms, asked for 4 ms before: it ends between 41 and 45 ms.
  const std::string a = acquired("a", 1, R"(,"for_ms":35,"ago_ms":4)");
  const auto at = [&](const std::string& later, std::size_t pause) {
    std::vector<std::string> events{a};
    events.insert(events.end(), pause, R"("event":"poll","http":200)");
    events.push_back(later);
    return told(events);
  };
  CHECK_THAT(at(acquired("b", 2), 1).witnesses("leases"), Contains("Both held it"));  // at 30 ms
  CHECK(at(acquired("b", 2), 3).accusers().empty());                                  // at 50 ms
  CHECK(at(write("a", 1, true, 6), 3).accusers().empty());  // sent at 44 ms, when it may have run
  CHECK_THAT(at(write("a", 1, true, 2), 3).witnesses("leases"),
             Contains("accepted a write of a to x at 50.000 ms, with token 1, sent at 48.000 ms") &&
                 Contains("until 45.000 ms"));
  CHECK(at(write("a", 1, false, 1), 3).accusers().empty());
  CHECK_THAT(at(write("a", 1, false, 1), 1).witnesses("leases"),
             Contains("The platform refused a write of a to x at 30.000 ms") && Contains("the item is its holder's"));
  CHECK(at(write("a", 1, true, 1), 1).accusers().empty());
}

TEST_CASE("who lost an item to another neither writes, renews nor releases it", "[validators][leases]") {
  const std::vector<std::string> taken{acquired("a", 1, R"(,"for_ms":5)"), acquired("b", 2, R"(,"for_ms":500)")};
  const auto then = [&](const std::string& event) {
    auto events = taken;
    events.push_back(event);
    return told(events);
  };
  CHECK_THAT(then(write("a", 1, true, 1)).witnesses("leases"),
             Contains("b had acquired the item at 20.000 ms, with token 2"));
  CHECK_THAT(then(lease("renewed", "a", 1, R"(,"for_ms":500)")).witnesses("leases"),
             Contains("accepted a renewal of a"));
  CHECK_THAT(then(lease("released", "a", 1)).witnesses("leases"), Contains("accepted a release of a"));
  CHECK(then(lease("released", "a", 1, R"(,"accepted":false)")).accusers().empty());
  CHECK_THAT(then(lease("released", "b", 2, R"(,"accepted":false)")).witnesses("leases"),
             Contains("refused a release of b"));
  CHECK_THAT(then(lease("failed", "b", 2, R"(,"accepted":false)")).witnesses("leases"),
             Contains("refused a surrender of b"));
  CHECK_THAT(then(write("c", 3, true, 0)).witnesses("leases"), Contains("No such lease was ever given"));
}

TEST_CASE("who asks to release an item no longer keeps others out of it", "[validators][leases]") {
  const std::string a = acquired("a", 1, R"(,"for_ms":500)");
  CHECK(told({a, lease("releasing", "a", 1), acquired("b", 2), lease("released", "a", 1, R"(,"ago_ms":18)")})
            .accusers()
            .empty());
  // The same token twice is wrong in whatever order they were given.
  CHECK_THAT(told({a, acquired("b", 1)}).witnesses("leases"), Contains("Tokens of an item rise"));
}

TEST_CASE("an item is attempted as often as it may be", "[validators][work_items]") {
  const std::string once = R"("event":"work","max_retries":1)";
  const auto attempt = [](int n) { return acquired("w" + std::to_string(n), n, R"(,"for_ms":1)"); };
  CHECK(told({once, attempt(1), attempt(2), finished("failed")}).verdict("work_items") == Verdict::pass);
  CHECK_THAT(
      told({once, attempt(1), attempt(2), attempt(3)}).witnesses("work_items"),
      Contains("x may be retried 1 times. It was acquired 3 times") && Contains("  w3 at 40.000 ms, with token 3"));
  CHECK_THAT(
      told({once, attempt(1), finished("expired")}).witnesses("work_items"),
      Contains("It is \"expired\" at 30.000 ms after 1 attempt:") && Contains("1 more would have been its right"));
  CHECK(told({once, attempt(1), lease("releasing", "w1", 1), lease("released", "w1", 1), attempt(2), attempt(3),
              finished("failed")})
            .of("work_items")
            .violations == 0);
  CHECK(told({once, attempt(1), finished("completed")}).of("work_items").violations == 0);
}

TEST_CASE("what has ended stays so, and sweeps add up", "[validators][work_items]") {
  CHECK_THAT(told({finished("completed"), acquired("b", 2)}).witnesses("work_items"),
             Contains("said at 10.000 ms that x is \"completed\"") && Contains("b acquired it at 20.000 ms"));
  CHECK_THAT(told({finished("completed"), finished("pending")}).witnesses("work_items"),
             Contains("It says at 20.000 ms that it is \"pending\""));
  CHECK(told({finished("failed"), finished("failed")}).accusers().empty());
  CHECK(told({finished("in_progress"), finished("pending"), acquired("b", 2)}).accusers().empty());  // no end yet
  CHECK_THAT(told({R"("event":"sweep","expired_found":2,"recovered":2,"failed":1)"}).witnesses("work_items"),
             Contains("found 2 expired leases, recovered 2 items, and that 1 have failed") &&
                 Contains("The difference is +1"));
  CHECK(told({R"("event":"sweep","expired_found":3,"recovered":2,"failed":1)"}).verdict("work_items") == Verdict::pass);
}
