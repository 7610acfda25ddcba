#include "oracle/metamorphic.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "history/reader.h"
#include "oracle/court.h"
#include "oracle/transform.h"

namespace oracle {
namespace {

/// A sample is kept whole, so it must not be as large as it likes.
constexpr std::size_t kLargestEvent = 4U << 20;

std::string_view name_of(thresher::Verdict verdict) {
  switch (verdict) {
    case thresher::Verdict::pass:
      return "PASS";
    case thresher::Verdict::degraded:
      return "DEGRADED";
    case thresher::Verdict::fail:
      return "FAIL";
    case thresher::Verdict::no_data:
      break;
  }
  return "NO_DATA";
}

struct NotedVerdicts : Clerk {
  Verdicts verdicts;
  void violation(const thresher::Violation&) override {}
  void finding(const thresher::Finding& told) override { verdicts[told.check] = told.verdict; }
};

std::vector<std::string> history_of(const std::string& run, const Story& story) {
  std::vector<std::string> lines;
  if (!run.empty()) lines.push_back(run);
  for (const Json* event : {&story.fleet, &story.submission, &story.result})
    if (!event->is_null()) lines.push_back(event->dump(-1, ' ', false, Json::error_handler_t::replace));
  return lines;
}

/// "order: PASS, then FAIL; saga: ..."; empty when both are alike.
std::string difference(const Verdicts& before, const Verdicts& after) {
  std::vector<std::string> all;
  for (const auto& [check, verdict] : before) {
    const auto found = after.find(check);
    const thresher::Verdict other = found == after.end() ? thresher::Verdict::no_data : found->second;
    if (other != verdict) all.push_back(fmt::format("{}: {}, then {}", check, name_of(verdict), name_of(other)));
  }
  return fmt::format("{}", fmt::join(all, "; "));
}

}  // namespace

Verdicts judge_afresh(const Settings& settings, const std::vector<std::string>& lines) {
  NotedVerdicts noted;
  Court court(settings, noted);
  history::Reader reader;
  for (const std::string& line : lines) court.hear(reader.read(line));
  court.close();
  return std::move(noted.verdicts);
}

Metamorphic::Metamorphic(std::size_t sample, std::uint64_t seed, JudgeHistory judge)
    : limit_(sample),
      random_(seed, 14),
      judge_(std::move(judge)) {}  // 14: the number of the check, as a key of its own

void Metamorphic::submitted(std::string_view item, std::string_view line) {
  if (limit_ == 0 || line.size() > kLargestEvent) return;
  // Reservoir sampling (Knuth, The Art of Computer Programming 2, algorithm R): each submission is as likely to stay.
  ++submissions_;
  Sample sample{std::string(item), std::string(), {}};
  if (samples_.size() < limit_) {
    samples_.push_back(std::move(sample));
    samples_.back().submission = line;
  } else if (const std::uint64_t place = random_.below(submissions_); place < limit_) {
    samples_[place] = std::move(sample);
    samples_[place].submission = line;
  }
}

void Metamorphic::heard(const history::Event& event, std::string_view line) {
  if (std::holds_alternative<history::RunBegan>(event.body)) {
    run_ = line;
  } else if (std::holds_alternative<history::FleetMade>(event.body)) {
    if (line.size() <= kLargestEvent) fleet_ = line;
  } else if (const auto* sent = std::get_if<history::Submitted>(&event.body)) {
    submitted(sent->item, line);
  } else if (const auto* result = std::get_if<history::ResultCame>(&event.body)) {
    const auto sample = std::find_if(samples_.begin(), samples_.end(), [&](const Sample& each) {
      return each.item == result->item && each.result.empty();
    });
    if (sample != samples_.end() && line.size() <= kLargestEvent) sample->result = line;
  }
}

void Metamorphic::try_again(const Sample& sample, Docket& docket) {
  Story story;
  if (!fleet_.empty()) story.fleet = Json::parse(fleet_);
  story.submission = Json::parse(sample.submission);
  story.result = Json::parse(sample.result);
  story.result["answer"].erase("fault_rule");
  if (story.fleet.is_object()) story.fleet["t"] = story.submission["t"];
  const std::vector<std::string> original = history_of(run_, story);
  const Verdicts before = judge_(original);

  const std::pair<const char*, std::function<void(Story&)>> changes[] = {
      {"renaming workflows, tasks and agents", rename_ids},
      {"permuting the lists whose order means nothing", [this](Story& changed) { permute_lists(changed, random_); }},
      {"adding a leaf that does nothing", add_leaf}};
  for (const auto& [what, change] : changes) {
    Story changed = story;
    change(changed);
    docket.observe();
    const std::string altered = difference(before, judge_(history_of(run_, changed)));
    if (altered.empty()) continue;
    docket.tell(-1, [&] {
      return Witness{fmt::format("item {}", sample.item),
                     {fmt::format("Judged as it came and after {}, the verdict is not the same:", what), altered,
                      "The platform did nothing different, so it is the oracle that is wrong: report this as a bug."},
                     {{"item", sample.item}, {"change", what}}};
    });
  }
}

thresher::Finding Metamorphic::close(Docket& docket) {
  for (const Sample& sample : samples_)
    if (!sample.result.empty()) try_again(sample, docket);
  return docket.finding("altered histories got the same verdict");
}

}  // namespace oracle
