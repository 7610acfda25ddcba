#include "report/html_report.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "report/html_assets.h"
#include "report/html_charts.h"
#include "report/html_findings.h"
#include "report/html_statistics.h"
#include "report/verdict.h"
#include "report/warning_signs.h"

namespace thresher::report {
namespace {

/// All of the page but what only the summary tells.
struct Figures {
  RunFacts facts;
  std::string key_figures;
  std::vector<HtmlSection> sections;
  std::string data;  ///< JSON
};

Figures figures_of(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds) {
  const metrics::Totals& totals = *snapshot.totals;
  const RequestTable table = make_request_table(totals, snapshot.elapsed);
  Figures figures{facts_of(snapshot, run.judgement), html_key_figures(*run.plan, snapshot), {}, {}};
  std::vector<HtmlSection>& sections = figures.sections;
  const auto add_if_any = [&sections](std::optional<HtmlSection> section) {
    if (section) sections.push_back(std::move(*section));
  };
  if (snapshot.elapsed.count() > 0) sections.push_back(html_validity(snapshot.validity));  // else nothing was measured
  add_if_any(html_warning_signs(warning_signs(*run.plan, snapshot, seconds)));
  sections.push_back(html_thresholds(snapshot));
  add_if_any(html_checks(totals));
  if (run.judgement != nullptr) sections.push_back(html_oracle(*run.judgement));
  add_if_any(html_lateness(*run.plan, totals));
  sections.push_back(html_environment(run));
  sections.push_back(html_request_statistics(table));
  sections.push_back(html_response_times(table));
  sections.push_back(html_failures(totals));
  sections.push_back(html_exceptions(totals));
  sections.push_back(html_charts(*run.plan, seconds, table));
  sections.push_back(html_final_ratio(*run.plan));
  // Load began when the last snapshot says that `elapsed` has passed since.
  const WallTime began = snapshot.wall - snapshot.elapsed;
  figures.data = json_text(html_chart_data(*run.plan, snapshot, seconds, table, began));
  return figures;
}

std::string title_of(const RunDescription& run) {
  const profile::Plan& plan = *run.plan;
  std::string title;
  for (const profile::PlannedScenario& planned : plan.scenarios)
    title += fmt::format("{}{}", title.empty() ? "" : ", ", plan.catalogue[planned.scenario].name);
  return plan.profile.empty() ? title : fmt::format("{} · {}", title, plan.profile);
}

/// A source expression that allows exactly this text (CSP level 3, "hash-source").
std::string hash_source(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 45> base64{};  // 4 for every 3 bytes begun, and the end of the string
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

std::string policy() {
  std::string scripts, styles;
  for (const std::string_view script : {kThemeScript, kUplotScript, kChartsScript, kTablesScript})
    scripts += " " + hash_source(script);
  for (const std::string_view style : {kUplotStyle, kPageStyle}) styles += " " + hash_source(style);
  return fmt::format("default-src 'none'; script-src{}; style-src{}; base-uri 'none'; form-action 'none'", scripts,
                     styles);
}

std::string section_html(const HtmlSection& section) {
  // The verdict is its own heading.
  const bool is_verdict = section.id == "verdict";
  return fmt::format("<section id=\"{}\" class=\"{}\" aria-label=\"{}\">\n{}{}</section>\n", section.id,
                     class_of(section.mood), section.title,
                     is_verdict ? std::string() : fmt::format("<h2>{}</h2>\n", section.title), section.body);
}

std::string head(const RunDescription& run, const Verdict& verdict) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"thresher {}\">\n<title>{}: {}</title>\n",
      policy(), markup_escaped(run.version), markup_escaped(verdict.word), markup_escaped(title_of(run)));
}

std::string page_of(const RunDescription& run, const Figures& figures, const engine::RunSummary& summary) {
  const Verdict verdict = judge(figures.facts, summary);
  std::string page = head(run, verdict);
  for (const std::string_view style : {kUplotStyle, kPageStyle}) page += fmt::format("<style>{}</style>\n", style);
  page += fmt::format("<script>{}</script>\n</head>\n<body>\n", kThemeScript);

  page += fmt::format(
      "<header><div>{}<h1>{}</h1>\n<button type=\"button\" id=\"theme\">Theme: "
      "auto</button></div></header>\n<main>\n<nav aria-label=\"Sections\">\n",
      html_word(verdict.word, mood_of(verdict)), markup_escaped(title_of(run)));
  for (const HtmlSection& section : figures.sections)
    page += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, section.title);
  page += "</nav>\n";

  page += section_html(html_verdict(verdict, summary)) + figures.key_figures;
  for (const HtmlSection& section : figures.sections) page += section_html(section);
  page += "</main>\n";

  page +=
      fmt::format("<script type=\"application/json\" id=\"thresher-data\">{}</script>\n", script_safe(figures.data));
  page += fmt::format("<!-- The charts are drawn by uPlot.\n{}-->\n", kUplotLicence);
  for (const std::string_view script : {kUplotScript, kChartsScript, kTablesScript})
    page += fmt::format("<script>{}</script>\n", script);
  return page + "</body>\n</html>\n";
}

class HtmlPage final : public HtmlReport {
 public:
  HtmlPage(std::filesystem::path path, const RunDescription& run) : path_(std::move(path)), run_(run) {}

  void on_second(const engine::Snapshot& snapshot) override { add(snapshot); }

  void on_finish(const engine::Snapshot& snapshot) override {
    if (snapshot.totals->second() != second_added_) add(snapshot);
    figures_ = figures_of(run_, snapshot, seconds_);
  }

  Result<void> conclude(const engine::RunSummary& summary) override {
    return write_file(path_, page_of(run_, figures_, summary));
  }

  std::vector<std::filesystem::path> files() const override { return {path_}; }

 private:
  void add(const engine::Snapshot& snapshot) {
    second_added_ = snapshot.totals->second();
    seconds_.add(snapshot);
  }

  std::filesystem::path path_;
  const RunDescription& run_;
  SecondSeries seconds_ = seconds_before(run_);
  Figures figures_;
  std::uint64_t second_added_ = 0;
};

}  // namespace

Result<std::unique_ptr<HtmlReport>> HtmlReport::open(const std::filesystem::path& path, const RunDescription& run) {
  if (Result<void> writable = check_writable(path); !writable) return fail(std::move(writable.error()));
  return std::make_unique<HtmlPage>(path, run);
}

std::string html_report_text(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                             const engine::RunSummary& summary) {
  return page_of(run, figures_of(run, snapshot, seconds), summary);
}

}  // namespace thresher::report
