#include "report/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "report/end_report.h"
#include "report/live_view.h"
#include "report/warning_signs.h"

namespace thresher::report {
namespace {

/// How wide a painted line is on the screen: escape sequences (ours, all ending in `m`) take no room.
std::size_t painted_width(std::string_view line) {
  std::string bare;
  while (!line.empty()) {
    const std::size_t escape = std::min(line.find('\x1b'), line.size());
    bare += line.substr(0, escape);
    line.remove_prefix(escape);
    if (!line.empty()) line.remove_prefix(std::min(line.find('m'), line.size() - 1) + 1);
  }
  return display_width(bare);
}

std::string_view prefix_of(engine::RunEvent::Kind kind) {
  switch (kind) {
    case engine::RunEvent::Kind::note:
      return "note: ";
    case engine::RunEvent::Kind::script_error:
      return "script error: ";
    case engine::RunEvent::Kind::threshold_crossed:
      return "threshold ";
    case engine::RunEvent::Kind::stop_requested:
      return "stopping: ";
    default:
      return "";
  }
}

Tone tone_of(engine::RunEvent::Kind kind) {
  switch (kind) {
    case engine::RunEvent::Kind::script_error:
    case engine::RunEvent::Kind::threshold_crossed:
      return Tone::bad;
    case engine::RunEvent::Kind::stop_requested:
      return Tone::caution;
    case engine::RunEvent::Kind::script_output:
      return Tone::plain;
    default:
      return Tone::faint;
  }
}

}  // namespace

bool locale_has_unicode(const char* lc_all, const char* lc_ctype, const char* lang) {
  for (const char* value : {lc_all, lc_ctype, lang}) {
    if (value == nullptr || *value == '\0') continue;
    std::string name(value);  // the first one set decides, as in setlocale(3)
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name.find("utf-8") != std::string::npos || name.find("utf8") != std::string::npos;
  }
  return true;
}

Terminal::Options Terminal::detect(int descriptor, bool quiet, bool no_color) {
  Options options;
  options.descriptor = descriptor;
  const char* kind = std::getenv("TERM");
  const bool terminal = ::isatty(descriptor) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
  const char* no_color_variable = std::getenv("NO_COLOR");  // no-color.org: any value but an empty one
  options.mode = quiet ? Mode::quiet : terminal ? Mode::live : Mode::plain;
  options.look.color = terminal && !no_color && (no_color_variable == nullptr || *no_color_variable == '\0');
  options.look.unicode = locale_has_unicode(std::getenv("LC_ALL"), std::getenv("LC_CTYPE"), std::getenv("LANG"));
  options.look.width = 120;  // of a log file
  return options;
}

Terminal::Terminal(const RunDescription& run, Options options) : run_(run), options_(options) {
  if (options_.mode != Mode::quiet) ask_size();
}

void Terminal::ask_size() {
  winsize size{};
  if (::ioctl(options_.descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
  options_.look.width = size.ws_col;
  options_.look.height = size.ws_row;
}

std::string Terminal::erase_frame() {
  if (frame_.empty()) return {};
  std::size_t rows = 0;
  for (const std::string& line : frame_) {
    // A window made narrower since has wrapped the lines, so that each takes several rows now.
    const std::size_t width = std::max<std::size_t>(painted_width(line), 1);
    rows += (width + options_.look.width - 1) / options_.look.width;
  }
  frame_.clear();
  return fmt::format("\r\x1b[{}A\x1b[J", rows);
}

void Terminal::write(std::string_view text) {
  while (!text.empty() && !broken_) {
    const ssize_t written = ::write(options_.descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      broken_ = errno != EAGAIN;
      return;
    }
  }
}

void Terminal::on_event(const engine::RunEvent& event) {
  using Kind = engine::RunEvent::Kind;
  if (options_.mode == Mode::quiet || (event.kind == Kind::phase_changed && !options_.verbose)) return;
  const std::string stamp = options_.mode == Mode::plain ? fmt::format("[{}] ", clock_text(elapsed_)) : std::string();
  std::string text;
  std::string_view rest = event.text;
  for (bool first = true; first || !rest.empty(); first = false) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line = printable(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::string lead = first ? stamp + std::string(prefix_of(event.kind)) : std::string();
    text += paint(lead + line, tone_of(event.kind), options_.look) + "\n";
  }
  const std::vector<std::string> frame = frame_;
  std::string all = erase_frame() + text;
  for (const std::string& line : frame) all += line + "\n";
  write(all);
  frame_ = frame;
}

void Terminal::on_second(const engine::Snapshot& snapshot) {
  elapsed_ = snapshot.elapsed;
  if (options_.mode == Mode::quiet) return;
  recent_.second_passed(*snapshot.totals, snapshot.elapsed);
  seconds_.add(snapshot);
  if (options_.mode == Mode::plain && snapshot.elapsed < plain_due_) return;
  const RequestTable total = make_request_table(*snapshot.totals, snapshot.elapsed), recent = recent_.table();
  const LiveState state{run_, snapshot, total, recent};
  if (options_.mode == Mode::plain) {
    while (plain_due_ <= snapshot.elapsed) plain_due_ += options_.plain_interval;
    write(render_plain(state, options_.look) + "\n");
    return;
  }
  ask_size();
  std::string all = erase_frame();
  frame_ = render_live(state, options_.look);
  for (const std::string& line : frame_) all += line + "\n";
  write(all);
}

void Terminal::on_finish(const engine::Snapshot& snapshot) {
  elapsed_ = snapshot.elapsed;
  if (options_.mode == Mode::quiet) return;
  if (options_.mode == Mode::live) ask_size();
  const std::string erased = erase_frame();
  write(erased + render_figures(run_, snapshot, options_.look) +
        render_warnings(warning_signs(*run_.plan, snapshot, seconds_), options_.look));
}

void Terminal::conclude(const engine::RunSummary& summary, const Verdict& verdict,
                        const std::vector<std::filesystem::path>& files) {
  if (options_.mode == Mode::quiet) {
    write(printable(verdict.line()) + "\n");
    return;
  }
  write(erase_frame() + render_conclusion(run_, summary, verdict, files, options_.look));
}

}  // namespace thresher::report
