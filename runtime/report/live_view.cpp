#include "report/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/number_text.h"

namespace thresher::report {
namespace {

struct Figure {
  std::string text;
  Tone tone = Tone::plain;
};

/// The figures of the moment, the most telling first. Rates and p95 are of the last ten seconds, failures of the whole
/// run.
std::vector<Figure> figures_of(const LiveState& state, const Look& look) {
  const engine::Snapshot& now = state.snapshot;
  const RequestRow& recent = state.recent.aggregated;
  const RequestRow& total = state.total.aggregated;
  std::vector<Figure> figures;
  const bool open_model = profile::is_open_model(state.run.plan->executor);
  if (open_model) {
    figures.push_back({fmt::format("rate {}/s", quantity_text(now.rate_planned))});
  } else {
    figures.push_back({fmt::format("users {}/{}", count_text(now.users), count_text(now.users_planned))});
  }
  figures.push_back({"rps " + quantity_text(recent.requests_per_s)});
  const auto p95 = static_cast<double>(recent.duration.value_at_percentile(95));
  figures.push_back({"p95 " + (recent.requests == 0 ? std::string("-") : time_text(p95, look.time_unit, " "))});
  figures.push_back({fmt::format("failures {} ({})", count_text(total.failures), ratio_text(total.failure_ratio())),
                     total.failures > 0 ? Tone::bad : Tone::plain});
  if (open_model) {
    const auto dropped =
        static_cast<std::uint64_t>(std::llround(now.totals->aggregate("dropped_iterations").counter.sum));
    figures.push_back({"dropped " + count_text(dropped), dropped > 0 ? Tone::caution : Tone::plain});
    figures.push_back({"in flight " + count_text(now.in_flight)});
  }
  return figures;
}

/// As many of the figures as have room in one line.
std::string figures_line(const std::vector<Figure>& figures, std::size_t width, const Look& look) {
  std::string line;
  std::size_t used = 0;
  for (const Figure& figure : figures) {
    const std::size_t gap = used == 0 ? 0 : 2;
    if (used + gap + display_width(figure.text) > width) continue;
    used += gap + display_width(figure.text);
    line += std::string(gap, ' ') + paint(figure.text, figure.tone, look);
  }
  return line;
}

/// "light  [=====>    ] 01:30/05:00 running".
std::string progress_line(const LiveState& state, std::size_t width, const Look& look) {
  const engine::Snapshot& now = state.snapshot;
  std::string title = printable(state.run.plan->profile.empty() ? "run" : state.run.plan->profile);
  if (state.run.rehearsal) title += " (rehearsal)";
  std::string clock = clock_text(now.elapsed);
  if (now.planned.count() > 0) clock += "/" + clock_text(now.planned);
  const std::string right = fmt::format("{} {}", clock, engine::name_of(now.phase));
  const std::size_t right_width = display_width(right);
  title = shortened(title, width > right_width + 2 ? std::min<std::size_t>(width - right_width - 2, 30) : 0, look);
  const std::size_t used = display_width(title) + 2 + right_width;
  constexpr std::size_t kBarMin = 8, kBarMax = 40;
  if (now.planned.count() == 0 || used + kBarMin + 3 > width) {
    return paint(title, Tone::heading, look) + "  " + right;
  }
  const std::size_t bar = std::min(kBarMax, width - used - 3);
  const double done = std::clamp(to_seconds(now.elapsed) / to_seconds(now.planned), 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(std::floor(done * static_cast<double>(bar)));
  std::string drawn(filled, '=');
  if (filled < bar) drawn += '>';
  drawn.resize(bar, ' ');
  return paint(title, Tone::heading, look) + "  [" + paint(drawn, Tone::good, look) + "] " + right;
}

}  // namespace

Lines render_live(const LiveState& state, const Look& look) {
  Look inner = look;
  inner.width = std::max<std::size_t>(look.width, 2) - 1;
  const std::size_t height = std::max<std::size_t>(look.height, 2) - 1;
  Lines lines = {progress_line(state, inner.width, inner), figures_line(figures_of(state, inner), inner.width, inner)};

  Lines below;
  if (state.snapshot.validity.state != engine::ValidityState::valid) {
    std::string text(engine::name_of(state.snapshot.validity.state));
    if (!state.snapshot.validity.reasons.empty()) text += ": " + state.snapshot.validity.reasons.front().text;
    below.push_back(paint(shortened(printable(text), inner.width, inner), Tone::caution, inner));
  }
  Lines thresholds = threshold_lines(state.snapshot, inner);
  constexpr std::size_t kTableFrame = 5;  // title, two rules, "(n more)", Aggregated
  const std::size_t room = height > lines.size() + below.size() ? height - lines.size() - below.size() : 0;
  const std::size_t rows_wanted = std::min<std::size_t>(state.total.rows.size(), 3) + kTableFrame;
  if (thresholds.size() + rows_wanted > room) thresholds.resize(room > rows_wanted ? room - rows_wanted : 0);
  const std::size_t table_room = room - thresholds.size();
  if (table_room >= kTableFrame) {
    // Without a "(n more)" the frame is a line shorter, and all rows may just fit.
    const bool all_fit = state.total.rows.size() + kTableFrame - 1 <= table_room;
    const std::size_t rows_max = all_fit ? state.total.rows.size() : table_room - kTableFrame;
    for (std::string& line : request_lines(state.total, state.recent, rows_max, inner))
      lines.push_back(std::move(line));
  }
  lines.insert(lines.end(), thresholds.begin(), thresholds.end());
  lines.insert(lines.end(), below.begin(), below.end());
  if (lines.size() > height) lines.resize(height);
  return lines;
}

std::string render_plain(const LiveState& state, const Look& look) {
  const engine::Phase phase = state.snapshot.phase;
  std::string line = fmt::format("[{}] ", clock_text(state.snapshot.elapsed));
  if (phase != engine::Phase::running) line += std::string(engine::name_of(phase)) + "  ";
  return line + figures_line(figures_of(state, look), static_cast<std::size_t>(-1), look);
}

}  // namespace thresher::report
