#include "profile/sweep_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "profile/toml.h"

namespace thresher::profile {
namespace {

namespace fs = std::filesystem;

/// A value of the file with its name, for errors.
struct Entry {
  std::string_view key;
  const toml::node& node;
  const std::string& file;

  auto wrong(std::string_view expected) const {
    return fail(ErrorCode::parse, fmt::format("{} must be {}", key, expected),
                fmt::format("{}:{}", file, node.source().begin.line));
  }
  Result<std::int64_t> whole(std::int64_t low, std::int64_t high) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) return wrong(fmt::format("a whole number from {} to {}", low, high));
    return *value;
  }
  Result<std::vector<std::string>> texts() const {
    std::vector<std::string> all;
    if (const auto one = node.value_exact<std::string>()) return std::vector<std::string>{*one};
    const toml::array* list = node.as_array();
    if (list == nullptr) return wrong("a list of texts");
    for (const toml::node& element : *list) {
      const auto text = element.value_exact<std::string>();
      if (!text) return wrong("a list of texts");
      all.push_back(*text);
    }
    return all;
  }
  /// Values as a script's environment has them.
  Result<std::vector<std::string>> scalars() const {
    std::vector<std::string> all;
    const auto add = [&all](const toml::node& value) {
      if (const auto text = value.value_exact<std::string>()) return all.push_back(*text), true;
      if (const auto number = value.value_exact<std::int64_t>()) return all.push_back(fmt::format("{}", *number)), true;
      if (const auto real = value.value_exact<double>()) return all.push_back(fmt::format("{}", *real)), true;
      if (const auto truth = value.value_exact<bool>()) return all.push_back(*truth ? "true" : "false"), true;
      return false;
    };
    const toml::array* list = node.as_array();
    bool good = list != nullptr ? !list->empty() : add(node);
    if (list != nullptr)
      for (const toml::node& element : *list) good = good && add(element);
    if (!good) return wrong("a value or a list of values: texts, numbers, true or false");
    return all;
  }
};

Result<void> read_scenarios(const Entry& entry, const fs::path& folder, SweepFile& sweep) {
  auto files = entry.texts();
  if (!files) return fail(std::move(files.error()));
  for (const std::string& file : *files) {
    const fs::path path = folder / file;
    if (!fs::exists(path)) return entry.wrong(fmt::format("a list of files; there is no '{}'", path.string()));
    sweep.scenarios.push_back(path);
  }
  return {};
}

Result<void> read_parameters(const Entry& entry, SweepFile& sweep) {
  const toml::table* table = entry.node.as_table();
  if (table == nullptr) return entry.wrong("a table: [parameters] with NAME = [values]");
  std::vector<std::pair<toml::source_index, std::string>> order;  // toml++ sorts tables by name
  for (const auto& [name, node] : *table) {
    const std::string text(name.str());
    auto values = Entry{text, node, entry.file}.scalars();
    if (!values) return fail(std::move(values.error()));
    order.emplace_back(node.source().begin.line, text);
    sweep.parameters.emplace_back(text, std::move(*values));
  }
  std::stable_sort(sweep.parameters.begin(), sweep.parameters.end(), [&order](const auto& a, const auto& b) {
    const auto line = [&order](const std::string& name) {
      return std::find_if(order.begin(), order.end(), [&](const auto& one) { return one.second == name; })->first;
    };
    return line(a.first) < line(b.first);
  });
  return {};
}

Result<void> read_lease(const Entry& entry, SweepFile& sweep) {
  constexpr std::string_view kExpected = "a duration from 1s to 24h, such as \"30s\"";
  const auto text = entry.node.value_exact<std::string>();
  if (!text) return entry.wrong(kExpected);
  const auto lease = parse_duration(*text);
  if (!lease || *lease < std::chrono::seconds(1) || *lease > std::chrono::hours(24)) return entry.wrong(kExpected);
  sweep.lease = *lease;
  return {};
}

using Reader = std::function<Result<void>(const Entry&, SweepFile&)>;

template <class T>
Reader whole_into(T SweepFile::*member, std::int64_t low, std::int64_t high) {
  return [=](const Entry& entry, SweepFile& sweep) -> Result<void> {
    const auto value = entry.whole(low, high);
    if (!value) return fail(Error(value.error()));
    using Whole = std::conditional_t<std::is_same_v<T, int>, int, T>;
    sweep.*member = static_cast<Whole>(*value);
    return {};
  };
}

Reader texts_into(std::vector<std::string> SweepFile::*member) {
  return [=](const Entry& entry, SweepFile& sweep) -> Result<void> {
    auto texts = entry.texts();
    if (!texts) return fail(std::move(texts.error()));
    sweep.*member = std::move(*texts);
    return {};
  };
}

std::map<std::string, Reader> readers(const fs::path& folder) {
  constexpr std::int64_t kMostSeed = std::numeric_limits<std::int64_t>::max() - 10'000;
  return {
      {"scenarios", [folder](const Entry& entry, SweepFile& sweep) { return read_scenarios(entry, folder, sweep); }},
      {"profiles", texts_into(&SweepFile::profiles)},
      {"repeats", whole_into(&SweepFile::repeats, 1, 10'000)},
      {"seed",
       [](const Entry& entry, SweepFile& sweep) -> Result<void> {
         const auto seed = entry.whole(0, kMostSeed);
         if (!seed) return fail(Error(seed.error()));
         sweep.seed = static_cast<std::uint64_t>(*seed);
         return {};
       }},
      {"arguments", texts_into(&SweepFile::arguments)},
      {"rehearse",
       [](const Entry& entry, SweepFile& sweep) -> Result<void> {
         const auto truth = entry.node.value_exact<bool>();
         if (!truth) return entry.wrong("true or false");
         sweep.rehearse = *truth;
         return {};
       }},
      {"lease", [](const Entry& entry, SweepFile& sweep) { return read_lease(entry, sweep); }},
      {"max_retries", whole_into(&SweepFile::max_retries, 0, 100)},
      {"parameters", [](const Entry& entry, SweepFile& sweep) { return read_parameters(entry, sweep); }},
  };
}

}  // namespace

Result<SweepFile> parse_sweep(std::string_view text, const std::string& file_name, const fs::path& folder) {
  const toml::parse_result parsed = toml::parse(text, file_name);
  if (!parsed)
    return fail(ErrorCode::parse, std::string(parsed.error().description()),
                fmt::format("{}:{}", file_name, parsed.error().source().begin.line));
  SweepFile sweep;
  sweep.name = fs::path(file_name).stem().string();
  const std::map<std::string, Reader> known = readers(folder);
  for (const auto& [name, node] : parsed.table()) {
    const std::string key(name.str());
    const auto reader = known.find(key);
    if (reader == known.end()) {
      std::vector<std::string> names;
      for (const auto& [one, unused] : known) names.push_back(one);
      const std::string_view nearest = closest(key, names);
      return fail(ErrorCode::parse,
                  nearest.empty() ? fmt::format("a sweep has no '{}'", key)
                                  : fmt::format("a sweep has no '{}'; did you mean '{}'?", key, nearest),
                  fmt::format("{}:{}", file_name, name.source().begin.line));
    }
    if (auto read = reader->second({key, node, file_name}, sweep); !read) return fail(std::move(read.error()));
  }
  if (sweep.scenarios.empty())
    return fail(ErrorCode::parse, "a sweep names its scenarios: scenarios = [\"login.lua\"]", file_name);
  return sweep;
}

Result<SweepFile> load_sweep(const fs::path& file) {
  auto text = read_file(file);
  if (!text) return fail(std::move(text.error()));
  return parse_sweep(*text, file.string(), file.parent_path());
}

Result<std::vector<SweepCell>> cells_of(const SweepFile& sweep) {
  std::vector<SweepCell> cells = {{}};
  const auto multiply = [&cells](std::size_t count, const auto& vary) {
    std::vector<SweepCell> varied;
    for (const SweepCell& cell : cells)
      for (std::size_t i = 0; i < count && varied.size() <= kMostCells; ++i) {
        varied.push_back(cell);
        vary(varied.back(), i);
      }
    cells = std::move(varied);
  };
  multiply(sweep.scenarios.size(), [&](SweepCell& cell, std::size_t i) { cell.scenario = sweep.scenarios[i]; });
  if (!sweep.profiles.empty())
    multiply(sweep.profiles.size(), [&](SweepCell& cell, std::size_t i) { cell.profile = sweep.profiles[i]; });
  for (const auto& [name, values] : sweep.parameters)
    multiply(values.size(), [&, key = name, &choices = values](SweepCell& cell, std::size_t i) {
      cell.parameters.emplace_back(key, choices[i]);
    });
  multiply(static_cast<std::size_t>(sweep.repeats), [&](SweepCell& cell, std::size_t i) {
    cell.repeat = static_cast<std::int64_t>(i) + 1;
    if (sweep.seed) cell.seed = *sweep.seed + i;
  });
  if (cells.size() > kMostCells)
    return fail(ErrorCode::invalid_argument, fmt::format("sweep '{}' has more than {} runs", sweep.name, kMostCells));
  return cells;
}

}  // namespace thresher::profile
