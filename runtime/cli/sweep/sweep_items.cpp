#include "cli/sweep/sweep_items.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "profile/sweep_file.h"
#include "store/recovery/checkpoint_log.h"

namespace thresher::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string id_of(const SweepItem& item, std::int64_t repeat) {
  constexpr std::size_t kPrefix = 7, kDigits = 16;  // after "sha256:"
  const std::string all = Json({item.arguments, item.document, repeat}).dump();
  return store::sha256_of(all).substr(kPrefix, kDigits);
}

SweepItem item_of(const profile::SweepFile& file, const profile::SweepCell& cell,
                  const std::vector<std::string>& further) {
  SweepItem item;
  item.label = cell.scenario.filename().string();
  item.arguments = {file.rehearse ? "rehearse" : "run", fs::absolute(cell.scenario).string()};
  const auto add = [&item](std::initializer_list<std::string> words) {
    item.arguments.insert(item.arguments.end(), words);
  };
  if (!cell.profile.empty()) {
    item.label += " " + cell.profile;
    add({"--profile", cell.profile});
  }
  for (const auto& [name, value] : cell.parameters) {
    const std::string setting = fmt::format("{}={}", name, value);
    item.label += " " + setting;
    add({"--env", setting});
  }
  if (cell.seed) add({"--seed", std::to_string(*cell.seed)});
  for (const auto* more : {&file.arguments, &further})
    item.arguments.insert(item.arguments.end(), more->begin(), more->end());
  if (file.repeats > 1) item.label += fmt::format(" #{}", cell.repeat);
  item.id = id_of(item, cell.repeat);
  return item;
}

Result<Sweep> read_matrix(const fs::path& path, const std::vector<std::string>& further) {
  auto file = profile::load_sweep(path);
  if (!file) return fail(std::move(file.error()));
  auto cells = cells_of(*file);
  if (!cells) return fail(std::move(cells.error()));
  Sweep sweep{.name = file->name, .folder = {}, .lease = file->lease, .max_retries = file->max_retries, .items = {}};
  for (const profile::SweepCell& cell : *cells) sweep.items.push_back(item_of(*file, cell, further));
  return sweep;
}

Result<Sweep> read_nested(const fs::path& path, const std::vector<std::string>& further) {
  auto text = read_file(path);
  if (!text) return fail(std::move(text.error()));
  Json all = Json::parse(*text, nullptr, false);
  if (all.is_object()) all = Json::array({std::move(all)});
  if (!all.is_array() || all.empty())
    return fail(ErrorCode::parse, "a scenario file is a JSON object or a list of them", path.string());
  Sweep sweep{
      .name = path.stem().string(), .folder = {}, .lease = std::chrono::seconds(30), .max_retries = 3, .items = {}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].is_object())
      return fail(ErrorCode::parse, fmt::format("scenario {} is no object", i + 1), path.string());
    SweepItem item;
    const auto name = all[i].find("name");
    item.label =
        name != all[i].end() && name->is_string() ? name->get<std::string>() : fmt::format("scenario {}", i + 1);
    item.arguments = {"nested"};
    item.arguments.insert(item.arguments.end(), further.begin(), further.end());
    item.document = all[i].dump();
    item.id = id_of(item, static_cast<std::int64_t>(i));
    sweep.items.push_back(std::move(item));
  }
  return sweep;
}

}  // namespace

Result<Sweep> read_sweep_items(const fs::path& file, const std::vector<std::string>& further) {
  const bool nested = file.extension() == ".json";
  auto sweep = nested ? read_nested(file, further) : read_matrix(file, further);
  if (!sweep) return sweep;
  std::set<std::string> ids;
  for (const SweepItem& item : sweep->items)
    if (!ids.insert(item.id).second)
      return fail(ErrorCode::invalid_argument, fmt::format("'{}' is in it twice", item.label), file.string());
  sweep->folder = fs::absolute(file).parent_path() / (sweep->name + ".sweep");
  return sweep;
}

}  // namespace thresher::cli
