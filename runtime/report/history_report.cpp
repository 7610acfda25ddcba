#include "report/history_report.h"

#include "report/history_lines.h"
#include "report/line_writer.h"

namespace thresher::report {
namespace {

class HistoryFile final : public HistoryReport {
 public:
  HistoryFile(LineWriter writer, const RunDescription& run) : writer_(std::move(writer)), lines_(run) {
    append(lines_.begin());
  }

  void on_history(const engine::HistoryPart& part) override {
    for (const engine::HistoryEntry& entry : part.entries) append(lines_.line(entry));
    if (part.ended != nullptr) append(lines_.end(part));
    (void)writer_.flush();  // its error comes again from close()
  }

  Result<void> conclude(const engine::RunSummary&) override { return writer_.close(); }

  std::vector<std::filesystem::path> files() const override {
    if (writer_.is_standard_output()) return {};
    return {writer_.path()};
  }

 private:
  void append(std::string line) { writer_.append(std::move(line) + "\n"); }

  LineWriter writer_;
  HistoryLines lines_;
};

}  // namespace

Result<std::unique_ptr<HistoryReport>> HistoryReport::open(const std::filesystem::path& path,
                                                           const RunDescription& run) {
  auto writer = LineWriter::open(part_of(path, run.part));
  if (!writer) return fail(std::move(writer.error()));
  return std::make_unique<HistoryFile>(std::move(*writer), run);
}

}  // namespace thresher::report
