#include "report/sample_output.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "report/line_writer.h"

namespace thresher::report {
namespace {

class SampleFile final : public SampleOutput {
 public:
  SampleFile(std::unique_ptr<SampleFormatter> formatter, LineWriter lines, const RunDescription& run)
      : formatter_(std::move(formatter)), lines_(std::move(lines)), run_(run) {
    lines_.append(formatter_->header());
  }

  void on_second(const engine::Snapshot& snapshot) override { write(snapshot); }

  void on_finish(const engine::Snapshot& snapshot) override {
    // The final snapshot may be that of the last second once more; its samples are in the file then.
    if (snapshot.totals->second() != second_written_) write(snapshot);
  }

  Result<void> conclude(const engine::RunSummary&) override { return lines_.close(); }

  std::vector<std::filesystem::path> files() const override {
    if (lines_.is_standard_output()) return {};
    return {lines_.path()};
  }
  bool is_standard_output() const override { return lines_.is_standard_output(); }

 private:
  void write(const engine::Snapshot& snapshot) {
    second_written_ = snapshot.totals->second();
    for (const metrics::Totals::ResolvedSample& sample : snapshot.totals->samples()) {
      text_.clear();
      formatter_->add(text_, sample, run_.created + (sample.at - run_.created_at), *snapshot.thresholds);
      lines_.append(text_);
    }
    if (Result<void> flushed = lines_.flush(); !flushed && !std::exchange(warned_, true)) {
      log::warn("{}", flushed.error().message);
    }
  }

  std::unique_ptr<SampleFormatter> formatter_;
  LineWriter lines_;
  const RunDescription& run_;
  std::string text_;  // of one sample, kept for its memory
  std::uint64_t second_written_ = 0;
  bool warned_ = false;
};

}  // namespace

Result<std::unique_ptr<SampleOutput>> SampleOutput::open(Format format, const std::filesystem::path& path,
                                                         const RunDescription& run) {
  Result<LineWriter> lines = LineWriter::open(part_of(path, run.part));
  if (!lines) return fail(std::move(lines.error()));
  auto formatter = format == Format::json ? make_json_samples() : make_csv_samples();
  return std::make_unique<SampleFile>(std::move(formatter), std::move(*lines), run);
}

Result<std::unique_ptr<SampleOutput>> SampleOutput::open(std::string_view out, const RunDescription& run) {
  const std::size_t equals = std::min(out.find('='), out.size());
  const std::string_view kind = out.substr(0, equals), path = out.substr(std::min(equals + 1, out.size()));
  if (kind == "json" || kind == "ndjson") return open(Format::json, path.empty() ? "-" : path, run);
  if (kind == "csv") return open(Format::csv, path.empty() ? "-" : path, run);
  return fail(ErrorCode::invalid_argument,
              fmt::format("unknown output '{}'; there are json=FILE[.gz], csv=FILE[.gz] and ndjson=-", out));
}

}  // namespace thresher::report
