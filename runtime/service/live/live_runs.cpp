#include "service/live/live_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "control/directory.h"
#include "service/live/run_question.h"

namespace thresher::service {
namespace {

constexpr Nanoseconds kLookAgain = std::chrono::milliseconds(200);
constexpr Nanoseconds kTick = std::chrono::seconds(1);

std::string shown_of(const Json& document) { return document.is_null() ? "null" : json_text(document); }

}  // namespace

LiveRuns::LiveRuns(event::Loop& loop, std::filesystem::path folder, Obituary obituary)
    : loop_(loop),
      folder_(std::move(folder)),
      obituary_(std::move(obituary)),
      timer_(loop.timers(), [this](TimePoint now) { tick(now); }),
      alive_(std::make_shared<bool>(true)) {}

LiveRuns::~LiveRuns() { *alive_ = false; }

const std::vector<std::string>& LiveRuns::ids() {
  const TimePoint now = loop_.now();
  if (looked_at_ != TimePoint::min() && now - looked_at_ < kLookAgain) return ids_;
  looked_at_ = now;
  std::error_code none;
  folder_changed_ = std::filesystem::last_write_time(folder_, none);
  ids_ = control::going_on(folder_);
  forget_continued();
  std::erase_if(descriptions_, [this](const auto& each) { return !goes_on(each.first); });
  std::erase_if(statuses_, [this](const auto& each) { return each.second.waiting.empty() && !goes_on(each.first); });
  return ids_;
}

/// A run that was lost and is there again was continued by another process: what is known of the dead one is over.
void LiveRuns::forget_continued() {
  std::erase_if(watched_, [this](const auto& each) {
    const auto& [id, run] = each;
    if (!run->lost() || !goes_on(id)) return false;
    run->tidy();
    if (run->readers() > 0) return false;  // who still has to hear of its end
    descriptions_.erase(id);
    statuses_.erase(id);
    return true;
  });
}

std::vector<std::string> LiveRuns::new_ids() {
  // The time stamp of a folder is no finer than the kernel's tick, so that it alone could hide a change.
  std::error_code none;
  if (std::filesystem::last_write_time(folder_, none) != folder_changed_) looked_at_ = TimePoint::min();
  std::vector<std::string> added;
  for (const std::string& id : ids())
    if (std::find(seen_.begin(), seen_.end(), id) == seen_.end()) added.push_back(id);
  seen_ = ids_;
  return added;
}

bool LiveRuns::goes_on(const std::string& id) { return std::find(ids_.begin(), ids_.end(), id) != ids_.end(); }

void LiveRuns::ask(const std::string& id, const control::Order& order, Done done) {
  const auto watched = watched_.find(id);
  if (watched != watched_.end() && !watched->second->ended()) return watched->second->ask(order, std::move(done));
  ask_alone(id, order, std::move(done));
}

void LiveRuns::ask_alone(const std::string& id, const control::Order& order, Done done) {
  ids();
  if (!goes_on(id)) return done(fail(ErrorCode::not_found, fmt::format("no run '{}' goes on", id)));
  questions_.push_back(std::make_unique<RunQuestion>(
      loop_, control::socket_of(folder_, id), order, kPatience,
      [this, answered = std::move(done)](RunQuestion& question, Result<std::string> result) {
        forget(question);
        answered(std::move(result));
      }));
}

/// Not at once: it is calling.
void LiveRuns::forget(const RunQuestion& question) {
  loop_.post([this, alive = alive_, &question] {
    if (*alive) questions_.remove_if([&](const auto& each) { return each.get() == &question; });
  });
}

void LiveRuns::describe(const std::string& id, Done done) {
  ids();
  if (const auto known = descriptions_.find(id); known != descriptions_.end()) return done(known->second);
  ask_alone(id, {.kind = control::Order::Kind::watch}, [this, id, done](Result<std::string> begin) {
    if (!begin) return done(std::move(begin));
    const Json document = Json::parse(*begin, nullptr, false);
    if (!document.is_object() || !document.contains("run") || !document.at("run").is_object())
      return done(fail(ErrorCode::parse, fmt::format("run '{}' did not say what it is", id)));
    done(descriptions_[id] = json_text(document.at("run")));
  });
}

void LiveRuns::last_second(const std::string& id, Done done) {
  ids();
  const auto watched = watched_.find(id);
  if (watched != watched_.end() && watched->second->begun()) {
    const std::string& second = watched->second->last_second();
    return done(second.empty() ? "null" : second);
  }
  Status& status = statuses_[id];
  if (!status.second.empty() && loop_.now() - status.at < kFresh) return done(status.second);
  status.waiting.push_back(std::move(done));
  if (status.waiting.size() > 1) return;
  ask_alone(id, {.kind = control::Order::Kind::status},
            [this, id](const Result<std::string>& answer) { take_status(id, answer); });
}

void LiveRuns::take_status(const std::string& id, const Result<std::string>& answer) {
  Status& status = statuses_[id];
  const std::vector<Done> waiting = std::exchange(status.waiting, {});
  if (answer) {
    const Json document = Json::parse(*answer, nullptr, false);
    status.second = shown_of(document.is_object() ? document.value("second", Json()) : Json());
    status.at = loop_.now();
  }
  const Result<std::string> told = answer ? Result<std::string>(status.second) : answer;
  if (!answer) statuses_.erase(id);
  for (const Done& done : waiting) done(told);
}

/// Answers that come in any order, put back into that of the ids.
struct LiveRuns::Listing {
  std::vector<Json> runs;
  std::size_t left = 0;
  std::function<void(Json)> done;

  void one_done() {
    if (--left > 0) return;
    Json all = Json::array();
    for (Json& run : runs)
      if (!run.is_null()) all.push_back(std::move(run));
    done(std::move(all));
  }
};

void LiveRuns::list(std::function<void(Json)> done) {
  const std::vector<std::string> going_on = ids();
  const auto listing = std::make_shared<Listing>();  // the answers that are still to come own it
  listing->runs.resize(going_on.size());
  listing->left = going_on.size() + 1;
  listing->done = std::move(done);
  for (std::size_t i = 0; i < going_on.size(); ++i) {
    const std::string& id = going_on[i];
    describe(id, [this, listing, i, id](const Result<std::string>& description) {
      if (!description) return listing->one_done();
      Json run = {{"id", id}};
      const Json said = Json::parse(*description, nullptr, false);
      for (const char* name : {"name", "kind", "started", "process", "command_line"})
        if (const auto member = said.find(name); member != said.end()) run[name] = *member;
      last_second(id, [listing, i, run = std::move(run)](const Result<std::string>& second) mutable {
        run["second"] = second ? Json::parse(*second, nullptr, false) : Json(nullptr);
        listing->runs[i] = std::move(run);
        listing->one_done();
      });
    });
  }
  listing->one_done();
}

/// What is kept of it, watching it from now on when that is possible; null: there is no such run.
WatchedRun* LiveRuns::watched(const std::string& id) {
  ids();
  if (const auto known = watched_.find(id); known != watched_.end()) return known->second.get();
  if (!goes_on(id)) return nullptr;
  auto run = std::make_unique<WatchedRun>(loop_, id, control::socket_of(folder_, id), obituary_);
  if (!timer_.armed()) timer_.start_at(loop_.now() + kTick);
  return watched_.emplace(id, std::move(run)).first->second.get();
}

void LiveRuns::keep(const std::string& id) { watched(id); }

void LiveRuns::bury(const std::string& id, const Json& end) {
  if (!watched_.emplace(id, std::make_unique<WatchedRun>(loop_, id, end)).second) return;
  if (!timer_.armed()) timer_.start_at(loop_.now() + kTick);
}

bool LiveRuns::watch(const std::string& id, std::unique_ptr<http::Responder>& responder) {
  WatchedRun* run = watched(id);
  if (run == nullptr) return false;
  run->add_reader(std::move(responder));
  return true;
}

void LiveRuns::add_log(const std::string& id, WallTime at, std::string_view kind, std::string_view text) {
  if (const auto watched = watched_.find(id); watched != watched_.end()) watched->second->add_log(at, kind, text);
}

void LiveRuns::finish_readers() {
  for (const auto& [id, run] : watched_) run->finish_readers();
}

std::size_t LiveRuns::readers() const {
  std::size_t all = 0;
  for (const auto& [id, run] : watched_) all += run->readers();
  return all;
}

void LiveRuns::tick(TimePoint now) {
  std::size_t ended = 0;
  for (const auto& [id, run] : watched_) {
    run->tidy();
    if (run->ended()) ++ended;
  }
  std::erase_if(watched_, [&](const auto& each) {
    const WatchedRun& run = *each.second;
    if (run.readers() > 0) return false;
    const Nanoseconds quiet = now - run.quiet_since();
    if (!run.ended()) return quiet > kKeepUnread;
    const bool goes = quiet > kKeepEnded || ended > kMostEnded;
    if (goes) --ended;
    return goes;
  });
  if (!watched_.empty()) timer_.start_at(now + kTick);
}

}  // namespace thresher::service
