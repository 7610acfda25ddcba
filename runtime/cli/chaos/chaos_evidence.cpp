#include "cli/chaos/chaos_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "store/recovery/evidence.h"

namespace thresher::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kEvidence = "evidence.json";

/// Files that may be missing are passed over; what cannot be copied is said.
void copy_into(const fs::path& folder, const fs::path& file, Json& errors) {
  if (!fs::exists(file)) return;
  std::error_code problem;
  fs::copy_file(file, folder / file.filename(), fs::copy_options::overwrite_existing, problem);
  if (problem) errors.push_back(fmt::format("'{}': {}", file.string(), problem.message()));
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of_one(const fs::path& folder, const Json& evidence) {
  std::string text = fmt::format("{}\n  scenario  {}\n  seed      {}\n  replay    {}\n", folder.string(),
                                 evidence.value("scenario", ""), evidence.value("seed", std::uint64_t{0}),
                                 evidence.value("replay", ""));
  const Json failures = evidence.value("failures", Json::array()), stores = evidence.value("stores", Json::object());
  for (const Json& failure : failures) text += fmt::format("  failed    {}\n", failure.get<std::string>());
  for (const auto& [name, store] : stores.items()) {
    text += fmt::format("  store     {}\n", name);
    if (store.contains("pragmas"))
      text += fmt::format(
          "            journal {}, integrity {}, lock {}\n", store.at("pragmas").value("journal_mode", Json()).dump(),
          store.at("pragmas").value("integrity_check", Json()).dump(), store.value("lock", Json()).dump());
    if (store.contains("row_counts")) text += fmt::format("            rows {}\n", store.at("row_counts").dump());
    const Json checkpoints = store.value("checkpoints", Json::array());
    if (checkpoints.is_array() && !checkpoints.empty())
      text += fmt::format("            last checkpoint: task {}, number {}, {}\n", checkpoints[0].value("task_id", ""),
                          checkpoints[0].value("sequence_number", 0), checkpoints[0].value("snapshot_data", ""));
    const Json items = store.value("active_work_items", Json::array());
    if (items.is_array() && !items.empty())
      text += fmt::format("            {} active work items, first: {}\n", items.size(), items[0].dump());
    const Json errors = store.value("errors", Json::array());
    for (const Json& error : errors) text += fmt::format("            cannot be read: {}\n", error.get<std::string>());
  }
  text += "  files    ";
  for (const fs::path& file : files_of(folder)) text += " " + file.filename().string();
  return text + "\n";
}

}  // namespace

Result<fs::path> keep_chaos_evidence(const ChaosPlan& plan, std::size_t index, const SweepReport::Row& row,
                                     const fs::path& folder) {
  const ChaosRun& run = plan.runs.at(index);
  const SweepItem& item = plan.sweep.items.at(index);
  const fs::path kept = folder / fmt::format("{:02}-{}", run.scenario->number, run.seed);
  std::error_code problem;
  fs::remove_all(kept, problem);
  fs::create_directories(kept, problem);
  if (problem)
    return fail(ErrorCode::io, fmt::format("evidence cannot be kept in '{}': {}", kept.string(), problem.message()));

  Json evidence = {{"scenario", fmt::format("{} {}", run.scenario->number, run.scenario->title)},
                   {"seed", run.seed},
                   {"replay", fmt::format("thresher chaos {} --seed {}", run.scenario->number, run.seed)},
                   {"exit_code", row.outcome ? Json(row.outcome->exit_code) : Json()},
                   {"failures", chaos_outcome_of(row).failures},
                   {"stores", Json::object()},
                   {"errors", Json::array()}};
  for (const fs::path& file : files_of(run.folder)) {
    copy_into(kept, file, evidence["errors"]);
    if (file.extension() == ".db")
      evidence["stores"][file.filename().string()] =
          Json::parse(store::diagnose_store(file, store::RecoveryClock::of_this_machine()));
  }
  const fs::path work = plan.sweep.folder / "work" / fmt::format("{}.{}", item.id, row.attempts);
  for (const char* name : {"log.txt", "command.txt", "result.json"}) copy_into(kept, work / name, evidence["errors"]);
  if (auto written = write_file(kept / kEvidence, evidence.dump(2) + "\n"); !written)
    return fail(std::move(written.error()));
  return kept;
}

Result<std::string> evidence_text(const fs::path& folder) {
  std::vector<fs::path> folders;
  if (fs::exists(folder / kEvidence)) {
    folders.push_back(folder);
  } else {
    std::error_code problem;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem))
      if (fs::exists(entry.path() / kEvidence)) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
  }
  if (folders.empty())
    return fail(ErrorCode::not_found,
                fmt::format("there is no {} in '{}', nor in a folder in it", kEvidence, folder.string()));
  std::string text;
  for (const fs::path& one : folders) {
    const auto read = read_file(one / kEvidence);
    if (!read) return fail(Error(read.error()));
    const Json evidence = Json::parse(*read, nullptr, false);
    if (!evidence.is_object()) return fail(ErrorCode::parse, "this is no evidence", (one / kEvidence).string());
    text += (text.empty() ? "" : "\n") + text_of_one(one, evidence);
  }
  return text;
}

}  // namespace thresher::cli
