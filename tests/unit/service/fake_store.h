#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/run_store.h"

namespace thresher::test {

/// A run history in memory; ids are "run-1", "run-2" ...
class FakeStore final : public store::RunStore {
 public:
  Result<std::string> begin(const store::RunStart& start) override {
    if (!failure.empty()) return fail(ErrorCode::io, failure);
    store::RunRecord run;
    run.id = fmt::format("run-{}", runs.size() + 1);
    run.start = start;
    run.end.status = store::status::kRunning;
    run.started = WallTime{std::chrono::seconds(1'000'000'000 + runs.size())};
    run.document = start.document;
    runs.push_back(run);
    return run.id;
  }
  Result<void> heartbeat(const std::string&) override {
    ++heartbeats;
    return {};
  }
  Result<void> save_progress(const std::string&, std::string_view) override { return {}; }
  Result<std::optional<store::RunProgress>> progress_of(const std::string&) override { return std::nullopt; }
  Result<void> take_over(const std::string&) override { return {}; }
  Result<void> finish(const std::string& id, const store::RunEnd& end) override {
    store::RunRecord* run = find(id);
    if (run == nullptr || !run->running()) return fail(ErrorCode::not_found, "no run " + id);
    run->end = end;
    run->finished = run->started;
    if (!end.document.empty()) run->document = end.document;
    return {};
  }
  Result<void> set_baseline(const std::string&, bool) override { return {}; }
  Result<void> annotate(const std::string&, std::string_view) override { return {}; }
  Result<std::vector<store::RunRecord>> list(const store::RunFilter& filter) override {
    if (!failure.empty()) return fail(ErrorCode::io, failure);
    std::vector<store::RunRecord> found;
    for (auto run = runs.rbegin(); run != runs.rend() && found.size() < filter.limit; ++run)
      if (filter.kind.empty() || run->start.kind == filter.kind) found.push_back(*run);
    return found;
  }
  Result<store::RunRecord> get(const std::string& id) override {
    const store::RunRecord* run = find(id);
    if (run == nullptr) return fail(ErrorCode::not_found, "no run " + id);
    return *run;
  }
  Result<std::string> resolve(std::string_view reference) override { return std::string(reference); }
  Result<std::vector<store::RunRecord>> comparable_before(const store::RunRecord&, std::size_t) override { return {}; }
  Result<void> remove(const std::string&) override { return {}; }

  store::RunRecord* find(const std::string& id) {
    const auto at = std::find_if(runs.begin(), runs.end(), [&](const auto& run) { return run.id == id; });
    return at == runs.end() ? nullptr : &*at;
  }

  std::vector<store::RunRecord> runs;
  int heartbeats = 0;
  std::string failure;
};

}  // namespace thresher::test
