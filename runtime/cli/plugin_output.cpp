#include "cli/plugin_output.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "report/json_report.h"

namespace thresher::cli {
namespace {

std::string_view name_of(engine::RunEvent::Kind kind) {
  using Kind = engine::RunEvent::Kind;
  switch (kind) {
    case Kind::phase_changed:
      return "phase_changed";
    case Kind::note:
      return "note";
    case Kind::script_output:
      return "script_output";
    case Kind::script_error:
      return "script_error";
    case Kind::threshold_crossed:
      return "threshold_crossed";
    case Kind::stop_requested:
      return "stop_requested";
  }
  return "note";
}

class PluginOutput final : public report::Output {
 public:
  PluginOutput(std::unique_ptr<plugin::Output> output, const report::RunDescription& run)
      : output_(std::move(output)),
        whole_(report::JsonReport::to(
            [this](const std::string& text) { return tell([&] { return output_->finish(text); }); }, run)) {}

  void on_event(const engine::RunEvent& event) override {
    const std::string text = fmt::format(R"({{"event":"{}","wall":"{}","text":"{}"}})", name_of(event.kind),
                                         format_wall_time(event.wall, true), escaped_json(event.text));
    (void)tell([&] { return output_->event(text); });
  }
  void on_second(const engine::Snapshot& snapshot) override {
    whole_->on_second(snapshot);
    (void)tell([&] { return output_->second(report::json_second_text(snapshot)); });
  }
  void on_finish(const engine::Snapshot& snapshot) override { whole_->on_finish(snapshot); }

  Result<void> conclude(const engine::RunSummary& summary) override {
    if (auto concluded = whole_->conclude(summary); !concluded) return concluded;
    return first_error_;
  }
  std::vector<std::filesystem::path> files() const override { return {}; }

 private:
  /// After an error it is told nothing more.
  template <class Call>
  Result<void> tell(Call&& call) {
    if (first_error_) first_error_ = call();
    return first_error_;
  }

  std::unique_ptr<plugin::Output> output_;
  Result<void> first_error_{};
  std::unique_ptr<report::JsonReport> whole_;
};

}  // namespace

Result<std::unique_ptr<report::Output>> open_plugin_output(const plugin::OutputType& type, std::string_view config,
                                                           const report::RunDescription& run) {
  auto made = type.create(config);
  if (!made) return fail(std::move(made.error()));
  if (auto begun = (*made)->begin(report::json_run_text(run)); !begun) return fail(std::move(begun.error()));
  return std::make_unique<PluginOutput>(std::move(*made), run);
}

}  // namespace thresher::cli
