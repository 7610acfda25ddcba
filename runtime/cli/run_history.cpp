#include "cli/run_history.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/log.h"
#include "store/run_conditions.h"
#include "store/run_figures.h"

namespace thresher::cli {

Result<void> RunHistory::forgive(Error error) {
  store_.reset();
  recording_.reset();
  document_.reset();
  id_.clear();
  if (named_) return fail(std::move(error));
  log::warn("this run is not recorded: {}", to_text(error));
  return {};
}

Result<RunHistory> RunHistory::open(const RunOptions& options, bool rehearsal) {
  RunHistory history;
  if (rehearsal || options.no_history) return history;
  const auto location = store::locate_history();
  if (!location) {
    history.named_ = location.error().where == "DATABASE_URL";
    if (auto forgiven = history.forgive(location.error()); !forgiven) return fail(std::move(forgiven.error()));
    return history;
  }
  history.named_ = location->named;
  auto opened = store::RunStore::open(*location);
  if (opened)
    history.store_ = std::move(*opened);
  else if (auto forgiven = history.forgive(std::move(opened.error())); !forgiven)
    return fail(std::move(forgiven.error()));
  return history;
}

Result<void> RunHistory::begin(const Preparation& prepared, const report::RunDescription& run) {
  if (!store_) return {};
  store::RunStart start = store::start_of(prepared.plan, run.host);
  start.command_line = run.command_line;
  start.version = run.version;
  start.tags = {prepared.options.run_tags.begin(), prepared.options.run_tags.end()};
  start.document = report::json_run_text(run);
  auto recording = store::RunRecording::begin(std::move(store_), start);
  if (!recording) return forgive(std::move(recording.error()));
  take(std::move(*recording), run);
  return {};
}

Result<void> RunHistory::go_on(const std::string& id, const report::RunDescription& run) {
  if (!store_) return fail(ErrorCode::io, fmt::format("run {} cannot be continued without the run history", id));
  auto recording = store::RunRecording::take_over(std::move(store_), id);
  if (!recording) return fail(std::move(recording.error()));
  take(std::move(*recording), run);
  return {};
}

void RunHistory::save_progress_of(engine::Run& run, const report::RunDescription& description, const event::Loop& clock,
                                  std::vector<std::string> arguments) {
  if (!recording_) return;
  std::error_code problem;
  const std::string folder = std::filesystem::current_path(problem).string();
  checkpoints_ = std::make_unique<RunCheckpoints>(
      run, description, CheckpointWriter(std::move(arguments), folder), [&clock] { return clock.read_clock(); },
      [recording = recording_.get()](std::string text) { recording->save_progress(std::move(text)); });
  run.observe(*checkpoints_);
}

void RunHistory::take(std::unique_ptr<store::RunRecording> recording, const report::RunDescription& run) {
  recording_ = std::move(recording);
  id_ = recording_->id();
  document_text_ = std::make_unique<std::string>();
  document_ = report::JsonReport::to(
      [into = document_text_.get()](const std::string& text) -> Result<void> {
        *into = text;
        return {};
      },
      run);
}

void RunHistory::observe(engine::Run& run) const {
  if (!recording_) return;
  run.observe(*recording_);
  run.observe(*document_);
}

Result<void> RunHistory::conclude(const engine::RunSummary& summary, const report::Verdict& verdict) {
  if (!recording_) return {};
  if (auto written = document_->conclude(summary); !written) return forgive(std::move(written.error()));
  store::RunEnd end;
  end.status = store::status_of(summary, verdict.exit_code);
  end.verdict = verdict.word;
  end.verdict_text = verdict.text;
  end.exit_code = verdict.exit_code;
  end.duration = summary.elapsed;
  end.document = std::move(*document_text_);
  if (auto finished = recording_->finish(std::move(end)); !finished) return forgive(std::move(finished.error()));
  return {};
}

}  // namespace thresher::cli
