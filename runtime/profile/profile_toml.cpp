#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "profile/profile.h"
#include "profile/settings.h"
#include "profile/toml.h"

namespace thresher::profile {
namespace {

using Words = std::vector<std::string>;

std::string place(const std::string& file, const toml::source_region& source) {
  return fmt::format("{}:{}", file, source.begin.line);
}

/// A value as it would be written, for "..., not 3.5".
std::string spelled(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return fmt::format("'{}'", *text);
  if (const auto whole = node.value_exact<std::int64_t>()) return fmt::format("{}", *whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a table";
  return "a date or time";
}

/// One value of a file, under the name its author gave it.
struct Value {
  const toml::node& node;
  std::string_view key;
  const std::string& file;

  std::string where() const { return place(file, node.source()); }
  auto complain(std::string message) const { return fail(ErrorCode::parse, std::move(message), where()); }
  auto wrong(std::string_view expected) const {
    return complain(fmt::format("{} must be {}, not {}", key, expected, spelled(node)));
  }
  auto blame(const Error& error) const { return complain(fmt::format("{}: {}", key, error.message)); }

  Result<std::string> text(std::string_view expected = "a text") const {
    if (auto value = node.value_exact<std::string>()) return *value;
    return wrong(expected);
  }
  Result<bool> flag() const {
    if (const auto value = node.value_exact<bool>()) return *value;
    return wrong("true or false");
  }
  Result<std::uint64_t> whole() const {
    const auto value = node.value_exact<std::int64_t>();
    if (value && *value >= 0) return static_cast<std::uint64_t>(*value);
    return wrong("a whole number, 0 or more");
  }
  Result<double> rate() const {
    if (const auto value = number()) return *value;
    const auto text = node.value_exact<std::string>();
    if (!text) return wrong("a rate such as 100, \"100/s\" or \"6000/m\"");
    auto rate = parse_rate(*text);
    if (!rate) return blame(rate.error());
    return rate;
  }
  Result<Nanoseconds> duration() const {
    std::string text;
    if (const auto value = number()) {
      text = fmt::format("{:f}", *value);
    } else if (auto written = node.value_exact<std::string>()) {
      text = std::move(*written);
    } else {
      return wrong("a duration such as \"90s\" or \"1h30m\"");
    }
    auto duration = parse_duration(text);
    if (!duration) return blame(duration.error());
    return duration;
  }
  /// A list of texts, or one text of several separated by `separators`.
  Result<Words> words(std::string_view separators) const {
    if (const auto one = node.value_exact<std::string>()) return split(*one, separators);
    const auto* list = node.as_array();
    if (list == nullptr) return wrong("a list of texts");
    Words words;
    for (const auto& element : *list) {
      auto word = Value{element, key, file}.text("a list of texts");
      if (!word) return fail(std::move(word.error()));
      words.push_back(std::move(*word));
    }
    return words;
  }
  /// As words(), each once.
  Result<Words> names() const {
    auto words = this->words(", \t");
    if (!words) return words;
    for (auto word = words->begin(); word != words->end(); ++word) {
      if (trim(*word).empty()) return complain(fmt::format("{}: an empty name is listed", key));
      if (std::find(words->begin(), word, *word) != word)
        return complain(fmt::format("{}: '{}' is listed twice", key, *word));
    }
    return words;
  }

 private:
  /// Not negative and finite; the rest goes on to an error.
  std::optional<double> number() const {
    std::optional<double> value = node.value_exact<double>();
    if (const auto whole = node.value_exact<std::int64_t>()) value = static_cast<double>(*whole);
    if (!value || !std::isfinite(*value) || *value < 0) return std::nullopt;
    return value;
  }
};

template <class T, class Slot>
Result<void> store(Result<T> value, Slot& slot) {
  if (!value) return fail(std::move(value.error()));
  slot = std::move(*value);
  return {};
}

auto unknown_key(const toml::key& key, const std::string& file, std::string_view of, const Words& known) {
  const auto meant = closest(key.str(), known);
  return fail(ErrorCode::parse,
              fmt::format("{} has no key '{}'; {}", of, key.str(),
                          meant.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                        : fmt::format("did you mean '{}'?", meant)),
              place(file, key.source()));
}

Result<Stage> read_stage(const Value& value) {
  if (const auto text = value.node.value_exact<std::string>()) {
    auto stage = parse_stage(*text);
    if (!stage) return value.complain(stage.error().message);
    return stage;
  }
  const auto* table = value.node.as_table();
  if (table == nullptr) return value.wrong("a table {duration, target} or a text such as \"30s:100\"");
  Stage stage;
  bool has_target = false;
  for (const auto& [key, node] : *table) {
    const Value field{node, key.str(), value.file};
    Result<void> read;
    if (key == "duration") {
      read = store(field.duration(), stage.duration);
    } else if (key == "target") {
      has_target = true;
      read = store(field.rate(), stage.target);
    } else {
      return unknown_key(key, value.file, "a stage", {"duration", "target"});
    }
    if (!read) return fail(std::move(read.error()));
  }
  if (!has_target) return value.complain("a stage needs a target");
  return stage;
}

Result<std::vector<Stage>> read_stages(const Value& value) {
  const auto* list = value.node.as_array();
  if (list == nullptr) return value.wrong("a list of stages: [[stages]] with duration and target, or \"30s:100\"");
  if (list->empty()) return value.complain("stages is empty: leave it out, or write at least one");
  std::vector<Stage> stages;
  for (const auto& element : *list) {
    auto stage = read_stage({element, "a stage", value.file});
    if (!stage) return fail(std::move(stage.error()));
    stages.push_back(*stage);
  }
  return stages;
}

Result<ThresholdText> read_threshold(const Value& value) {
  ThresholdText threshold;
  threshold.selector = std::string{value.key};
  threshold.where = value.where();
  if (const auto text = value.node.value_exact<std::string>()) {
    threshold.expression = std::string{trim(*text)};
  } else if (const auto* table = value.node.as_table()) {
    for (const auto& [key, node] : *table) {
      const Value field{node, key.str(), value.file};
      Result<void> read;
      if (key == "threshold") {
        read = store(field.text("a text such as \"p(95)<500\""), threshold.expression);
      } else if (key == "abort_on_fail") {
        read = store(field.flag(), threshold.abort_on_fail);
      } else if (key == "delay") {
        read = store(field.duration(), threshold.delay);
      } else if (key == "window") {
        read = store(field.duration(), threshold.window);
        if (read && threshold.window == Nanoseconds::zero()) read = field.complain("window must be longer than 0s");
      } else if (key == "min_samples") {
        read = store(field.whole(), threshold.min_samples);
      } else if (key == "when_tags") {
        read = store(field.names(), threshold.when_tags);
      } else {
        return unknown_key(key, value.file, "a threshold",
                           {"threshold", "abort_on_fail", "delay", "window", "min_samples", "when_tags"});
      }
      if (!read) return fail(std::move(read.error()));
    }
    threshold.expression = std::string{trim(threshold.expression)};
  } else {
    return value.wrong("a text such as \"p(95)<500\", a table {threshold = ...}, or a list of these");
  }
  if (threshold.expression.empty()) {
    return value.complain(
        fmt::format("the threshold on '{}' says nothing: write one such as \"p(95)<500\"", value.key));
  }
  return threshold;
}

Result<std::vector<ThresholdText>> read_thresholds(const Value& value) {
  const auto* table = value.node.as_table();
  if (table == nullptr) return value.wrong("a table: [thresholds] and a line per metric");
  std::vector<std::pair<toml::source_index, ThresholdText>> found;
  const auto take = [&](const Value& one) -> Result<void> {
    auto threshold = read_threshold(one);
    if (!threshold) return fail(std::move(threshold.error()));
    const bool twice = std::any_of(found.begin(), found.end(), [&](const auto& each) {
      return each.second.selector == threshold->selector && each.second.expression == threshold->expression;
    });
    if (twice) {
      return one.complain(
          fmt::format("the threshold '{}' on '{}' is listed twice", threshold->expression, threshold->selector));
    }
    found.emplace_back(one.node.source().begin.line, std::move(*threshold));
    return {};
  };
  for (const auto& [key, node] : *table) {
    const Value line{node, key.str(), value.file};
    Result<void> taken;
    if (const auto* list = node.as_array()) {
      for (const auto& element : *list) {
        if (taken) taken = take({element, key.str(), value.file});
      }
    } else {
      taken = take(line);
    }
    if (!taken) return fail(std::move(taken.error()));
  }
  // toml++ sorts keys; a report shows thresholds in the order written.
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ThresholdText> thresholds;
  for (auto& [line, threshold] : found) thresholds.push_back(std::move(threshold));
  return thresholds;
}

Result<ExecutorKind> read_executor(const Value& value) {
  auto name = value.text("the name of an executor");
  if (!name) return fail(std::move(name.error()));
  if (const auto kind = executor_named(*name)) return *kind;
  Words known;
  for (int i = 0; i <= static_cast<int>(ExecutorKind::externally_controlled); ++i) {
    known.emplace_back(name_of(static_cast<ExecutorKind>(i)));
  }
  return value.complain(fmt::format("unknown executor '{}'; there are {}", *name, fmt::join(known, ", ")));
}

Result<Arrivals> read_arrivals(const Value& value) {
  const auto name = value.node.value_exact<std::string>();
  if (name == "even") return Arrivals::even;
  if (name == "poisson") return Arrivals::poisson;
  return value.wrong("\"even\" or \"poisson\"");
}

struct Field {
  std::string_view key;
  Result<void> (*read)(const Value& value, Profile& profile);
};

/// Everything a profile may say.
constexpr std::array<Field, 18> kFields{{
    {"description", [](const Value& v, Profile& p) { return store(v.text(), p.description); }},
    {"executor", [](const Value& v, Profile& p) { return store(read_executor(v), p.executor); }},
    {"users", [](const Value& v, Profile& p) { return store(v.whole(), p.users); }},
    {"spawn_rate", [](const Value& v, Profile& p) { return store(v.rate(), p.spawn_rate); }},
    {"run_time", [](const Value& v, Profile& p) { return store(v.duration(), p.run_time); }},
    {"stop_timeout", [](const Value& v, Profile& p) { return store(v.duration(), p.stop_timeout); }},
    {"setup_timeout", [](const Value& v, Profile& p) { return store(v.duration(), p.setup_timeout); }},
    {"teardown_timeout", [](const Value& v, Profile& p) { return store(v.duration(), p.teardown_timeout); }},
    {"rate", [](const Value& v, Profile& p) { return store(v.rate(), p.rate); }},
    {"arrivals", [](const Value& v, Profile& p) { return store(read_arrivals(v), p.arrivals); }},
    {"max_in_flight", [](const Value& v, Profile& p) { return store(v.whole(), p.max_in_flight); }},
    {"iterations", [](const Value& v, Profile& p) { return store(v.whole(), p.iterations); }},
    {"stages", [](const Value& v, Profile& p) { return store(read_stages(v), p.stages); }},
    {"tags", [](const Value& v, Profile& p) { return p.tags_where = v.where(), store(v.names(), p.tags); }},
    {"exclude_tags",
     [](const Value& v, Profile& p) { return p.exclude_tags_where = v.where(), store(v.names(), p.exclude_tags); }},
    {"scenarios",
     [](const Value& v, Profile& p) { return p.scenarios_where = v.where(), store(v.names(), p.scenarios); }},
    {"tasks", [](const Value& v, Profile& p) { return p.tasks_where = v.where(), store(v.names(), p.tasks); }},
    {"thresholds", [](const Value& v, Profile& p) { return store(read_thresholds(v), p.thresholds); }},
}};

const Field* field_named(std::string_view key) {
  const auto field = std::find_if(kFields.begin(), kFields.end(), [&](const Field& each) { return each.key == key; });
  return field == kFields.end() ? nullptr : &*field;
}

Result<toml::table> parse_toml(std::string_view text, const std::string& file) {
  auto parsed = toml::parse(text, file);
  if (!parsed) {
    const auto& problem = parsed.error();
    return fail(ErrorCode::parse, fmt::format("not TOML: {}", problem.description()), place(file, problem.source()));
  }
  return std::move(parsed).table();
}

/// A flag's value as a person would type it.
Result<std::string> read_setting(const Value& value) {
  if (value.node.is_array()) {
    std::string joined;
    for (const auto& element : *value.node.as_array()) {
      if (element.is_array()) return value.wrong("a text, a number, true, false, or a list of these");
      auto one = read_setting({element, value.key, value.file});
      if (!one) return one;
      joined += (joined.empty() ? "" : ",") + *one;
    }
    return joined;
  }
  if (auto text = value.node.value_exact<std::string>()) return *text;
  if (value.node.is_number() || value.node.is_boolean()) return spelled(value.node);
  return value.wrong("a text, a number, true, false, or a list of these");
}

/// Flags that repeat have the singular as their name; a profile says the plural.
std::string_view profile_key_of(std::string_view flag) {
  if (flag == "stage") return "stages";
  if (flag == "scenario") return "scenarios";
  if (flag == "task") return "tasks";
  return flag;
}

}  // namespace

Result<Profile> parse_profile(std::string_view toml, const std::string& file_name) {
  auto table = parse_toml(toml, file_name);
  if (!table) return fail(std::move(table.error()));
  Profile profile;
  if (const std::filesystem::path file{file_name}; file.extension() == ".toml") profile.name = file.stem().string();
  for (const auto& [key, node] : *table) {
    const Field* field = field_named(key.str());
    if (field == nullptr) {
      Words known;
      for (const auto& each : kFields) known.emplace_back(each.key);
      return unknown_key(key, file_name, "a profile", known);
    }
    if (auto read = field->read({node, key.str(), file_name}, profile); !read) return fail(std::move(read.error()));
  }
  return profile;
}

Result<Settings> parse_settings(std::string_view toml, const std::string& file_name) {
  auto table = parse_toml(toml, file_name);
  if (!table) return fail(std::move(table.error()));
  Settings settings;
  for (const auto& [key, node] : *table) {
    std::string name{key.str()};
    std::replace(name.begin(), name.end(), '-', '_');
    const Value value{node, key.str(), file_name};
    if (const Field* field = field_named(profile_key_of(name))) {
      if (auto read = field->read(value, settings.profile); !read) return fail(std::move(read.error()));
      continue;
    }
    auto text = read_setting(value);
    if (!text) return fail(std::move(text.error()));
    settings.settings[name] = std::move(*text);
    settings.where[name] = value.where();
  }
  return settings;
}

Result<Settings> load_settings(const std::filesystem::path& file) {
  auto text = read_file(file);
  if (!text && text.error().code == ErrorCode::not_found) return Settings{};
  if (!text) return fail(std::move(text.error()));
  return parse_settings(*text, file.filename().string());
}

}  // namespace thresher::profile
