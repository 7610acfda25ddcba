#include "service/live/child_run.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "base/text.h"

namespace thresher::service {
namespace {

void keep_last(std::string& kept, std::string_view bytes) {
  kept += bytes;
  if (kept.size() > ChildRun::kMostKept) kept.erase(0, kept.size() - ChildRun::kMostKept);
}

}  // namespace

Result<void> ChildRun::launch(event::Loop& loop, const event::ProcessOptions& options) {
  auto process = loop.start_process(options, *this);
  if (!process) return fail(std::move(process.error()));
  process_ = std::move(*process);
  return {};
}

void ChildRun::found(const std::string& its_id) {
  id = its_id;
  if (started_) std::exchange(started_, nullptr)(id);
}

void ChildRun::on_process_bytes(event::ProcessStream stream, std::string_view bytes) {
  const bool errors = stream == event::ProcessStream::errors;
  keep_last(errors ? errors_ : output_, bytes);
  if (errors) tell_lines(bytes);
}

void ChildRun::tell_lines(std::string_view bytes) {
  for (;;) {
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (end == std::string_view::npos) return;
    owner_.live_.add_log(id, owner_.loop_.wall_now(), "output", line_);
    line_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void ChildRun::on_process_end(const event::ProcessEnd& end) {
  if (starting() && left_a_report()) {
    const std::string its_id = recorded_id();
    owner_.live_.bury(its_id, {{"exit_code", end.exit_code},
                               {"word", ""},
                               {"text", "it was over before it could be watched"},
                               {"also", Json::array()},
                               {"id", its_id.starts_with('p') ? "" : its_id},
                               {"files", Json::array()}});
    found(its_id);
  } else if (starting()) {
    std::error_code none;
    std::filesystem::remove(report_folder, none);  // when it is empty
    std::exchange(started_, nullptr)(fail(ErrorCode::invalid_argument, last_words(end)));
  }
  if (on_end) on_end(end);
  owner_.ended(*this);
}

/// A report is written when a run is over, and by no other way to end.
bool ChildRun::left_a_report() const {
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(report_folder, none))
    if (file.path().extension() == ".html") return true;
  return false;
}

/// As the run printed it; else as its socket was called.
std::string ChildRun::recorded_id() const {
  constexpr std::string_view kRecorded = "recorded as ";
  const std::size_t at = output_.rfind(kRecorded);
  if (at == std::string::npos) return fmt::format("p{}", process_->pid());
  const std::size_t begin = at + kRecorded.size();
  return output_.substr(begin, output_.find('\n', begin) - begin);
}

std::string ChildRun::last_words(const event::ProcessEnd& end) const {
  constexpr std::string_view kName = "thresher: ";
  std::string_view said = trim(errors_.empty() ? output_ : errors_);
  if (said.starts_with(kName)) said.remove_prefix(kName.size());
  if (!said.empty()) return std::string(said);
  if (end.signal != 0) return fmt::format("its process was ended by signal {} ({})", end.signal, strsignal(end.signal));
  return fmt::format("its process ended with exit code {} and without a word", end.exit_code);
}

}  // namespace thresher::service
