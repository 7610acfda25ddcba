#include "service/live/form.h"

#include <fmt/format.h>

#include <array>
#include <functional>

#include "base/text.h"
#include "service/answer.h"

namespace thresher::service {
namespace {

/// How a value stands in a message: whole when it is short.
std::string shown(const Json& value) {
  constexpr std::size_t kMostShown = 60;
  std::string text = json_text(value);
  if (text.size() > kMostShown) text = text.substr(0, kMostShown) + "...";
  return text;
}

auto wrong(std::string_view name, const Json& value, std::string_view expected) {
  return fail(ErrorCode::invalid_argument, fmt::format("{} is {}: expected {}", name, shown(value), expected));
}

Result<void> read(std::string_view name, const Json& value, std::string& into) {
  if (!value.is_string()) return wrong(name, value, "a text");
  into = value.get<std::string>();
  // No argument of a program can hold a NUL: what follows it would be lost without a word.
  if (into.find('\0') != std::string::npos) return wrong(name, value, "a text without a NUL character");
  return {};
}

Result<void> read(std::string_view name, const Json& value, std::vector<std::string>& into) {
  if (!value.is_array()) return wrong(name, value, "a list of texts");
  for (const Json& each : value)
    if (auto taken = read(name, each, into.emplace_back()); !taken) return taken;
  return {};
}

Result<void> read(std::string_view name, const Json& value, std::optional<std::uint64_t>& into) {
  if (!value.is_number_unsigned()) return wrong(name, value, "a whole number, 0 or more");
  into = value.get<std::uint64_t>();
  return {};
}

Result<void> read(std::string_view name, const Json& value, std::optional<double>& into) {
  if (!value.is_number() || value.get<double>() < 0) return wrong(name, value, "a number, 0 or more");
  into = value.get<double>();
  return {};
}

Result<void> read(std::string_view name, const Json& value, bool& into) {
  if (!value.is_boolean()) return wrong(name, value, "true or false");
  into = value.get<bool>();
  return {};
}

constexpr std::string_view kStage = R"(a list of stages such as {"duration": "30s", "target": 50})";
constexpr std::string_view kThreshold =
    R"(a list of thresholds such as {"metric": "http_req_duration", "expression": "p(95)<500"})";

Result<void> read(std::string_view name, const Json& value, std::vector<Form::Stage>& into) {
  if (!value.is_array()) return wrong(name, value, kStage);
  for (const Json& each : value) {
    if (!each.is_object() || !each.contains("duration") || !each.contains("target")) return wrong(name, each, kStage);
    Form::Stage& stage = into.emplace_back();
    std::optional<double> target;
    if (auto taken = read("a stage's duration", each.at("duration"), stage.duration); !taken) return taken;
    if (auto taken = read("a stage's target", each.at("target"), target); !taken) return taken;
    stage.target = *target;
  }
  return {};
}

Result<void> read(std::string_view name, const Json& value, std::vector<Form::Threshold>& into) {
  if (!value.is_array()) return wrong(name, value, kThreshold);
  for (const Json& each : value) {
    if (!each.is_object() || !each.contains("metric") || !each.contains("expression"))
      return wrong(name, each, kThreshold);
    Form::Threshold& threshold = into.emplace_back();
    if (auto taken = read("a threshold's metric", each.at("metric"), threshold.metric); !taken) return taken;
    if (auto taken = read("a threshold's expression", each.at("expression"), threshold.expression); !taken)
      return taken;
  }
  return {};
}

Result<void> read(std::string_view name, const Json& value, std::vector<std::pair<std::string, std::string>>& into) {
  if (!value.is_object()) return wrong(name, value, R"(an object such as {"SCALE": "small"})");
  for (const auto& [variable, text] : value.items()) {
    if (variable.empty() || variable.find('=') != std::string::npos || variable.find('\0') != std::string::npos)
      return wrong(name, Json(variable), "names of variables, without '='");
    std::string read_text;
    if (auto taken = read(variable, text, read_text); !taken) return taken;
    into.emplace_back(variable, std::move(read_text));
  }
  return {};
}

constexpr std::string_view kFormMembers = R"({
  "files":{"type":"array","items":{"type":"string"},"description":"scenario files or folders"},
  "scenarios":{"type":"array","items":{"type":"string"},"description":"only these; * and ? match"},
  "tasks":{"type":"array","items":{"type":"string"},"description":"only these; * and ? match"},
  "tags":{"type":"array","items":{"type":"string"},"description":"only tasks with any of these"},
  "exclude_tags":{"type":"array","items":{"type":"string"},"description":"no task with any of these"},
  "profile":{"type":"string","description":"a name, or a file"},
  "users":{"type":"integer"},"spawn_rate":{"type":"number","description":"per second"},
  "run_time":{"type":"string","description":"5m, 1h30m"},
  "stages":{"type":"array","items":{"type":"object","properties":{"duration":{"type":"string"},"target":{"type":"number"}}}},
  "executor":{"type":"string"},"rate":{"type":"number","description":"arrivals per second"},
  "host":{"type":"string"},"seed":{"type":"integer"},"workers":{"type":"integer"},
  "thresholds":{"type":"array","items":{"type":"object","properties":{"metric":{"type":"string"},"expression":{"type":"string"}}}},
  "stand_ins":{"type":"array","items":{"type":"string"}},
  "env":{"type":"object","description":"variables for thresher.env"},
  "rehearse":{"type":"boolean","description":"in virtual time, against stand-ins"}})";

struct Member {
  std::string_view name;
  Result<void> (*read)(const Json& value, Form& into);
};

#define THRESHER_FORM_MEMBER(member)                                                         \
  Member {                                                                                   \
#member, [](const Json& value, Form& form) { return read(#member, value, form.member); } \
  }

constexpr std::array kMembers{
    THRESHER_FORM_MEMBER(files),      THRESHER_FORM_MEMBER(scenarios),    THRESHER_FORM_MEMBER(tasks),
    THRESHER_FORM_MEMBER(tags),       THRESHER_FORM_MEMBER(exclude_tags), THRESHER_FORM_MEMBER(profile),
    THRESHER_FORM_MEMBER(executor),   THRESHER_FORM_MEMBER(host),         THRESHER_FORM_MEMBER(users),
    THRESHER_FORM_MEMBER(seed),       THRESHER_FORM_MEMBER(workers),      THRESHER_FORM_MEMBER(spawn_rate),
    THRESHER_FORM_MEMBER(rate),       THRESHER_FORM_MEMBER(run_time),     THRESHER_FORM_MEMBER(stages),
    THRESHER_FORM_MEMBER(thresholds), THRESHER_FORM_MEMBER(stand_ins),    THRESHER_FORM_MEMBER(env),
    THRESHER_FORM_MEMBER(rehearse),
};

#undef THRESHER_FORM_MEMBER

auto unknown(const std::string& name) {
  std::vector<std::string> known;
  for (const Member& member : kMembers) known.emplace_back(member.name);
  const std::string_view meant = closest(name, known);
  return fail(ErrorCode::invalid_argument,
              meant.empty() ? fmt::format("'{}' is no member of a form; there are {}", name, fmt::join(known, ", "))
                            : fmt::format("'{}' is no member of a form; did you mean '{}'?", name, meant));
}

/// Words of a command line under construction.
class Words {
 public:
  void word(std::string text) { words_.push_back(std::move(text)); }
  /// A file called "--x" is one all the same.
  void file(const std::string& path) { word(path.starts_with('-') ? "./" + path : path); }
  void flag(std::string_view name, const std::string& value) {
    // Behind the '=' nothing can be mistaken for a flag; elsewhere a blank reads better.
    if (value.empty() || value.starts_with('-')) return word(fmt::format("{}={}", name, value));
    word(std::string(name));
    word(value);
  }
  void said(std::string_view name, const std::string& value) {
    if (!value.empty()) flag(name, value);
  }
  template <class Number>
  void said(std::string_view name, const std::optional<Number>& value) {
    if (value) flag(name, fmt::format("{}", *value));
  }
  /// Repeated, so that no value needs a separator of its own.
  void each(std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values) flag(name, value);
  }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

}  // namespace

Result<Form> parse_form(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object())
    return fail(ErrorCode::invalid_argument,
                R"(expected a form as a JSON object, such as {"files": ["scripts/health_checks.lua"], "users": 10})");
  Form form;
  for (const auto& [name, value] : document.items()) {
    const auto* member =
        std::find_if(kMembers.begin(), kMembers.end(), [&key = name](const Member& each) { return each.name == key; });
    if (member == kMembers.end()) return unknown(name);
    if (value.is_null()) continue;
    if (auto taken = member->read(value, form); !taken) return fail(std::move(taken.error()));
  }
  return form;
}

std::vector<std::string> arguments_of(const Form& form) {
  Words words;
  words.word(form.rehearse ? "rehearse" : "run");
  for (const std::string& file : form.files) words.file(file);
  words.said("--profile", form.profile);
  words.said("--users", form.users);
  words.said("--spawn-rate", form.spawn_rate);
  words.said("--run-time", form.run_time);
  for (const Form::Stage& stage : form.stages)
    words.flag("--stage", fmt::format("{}:{}", stage.duration, stage.target));
  words.said("--executor", form.executor);
  words.said("--rate", form.rate);
  words.said("--host", form.host);
  words.said("--seed", form.seed);
  words.said("--workers", form.workers);
  words.each("--scenario", form.scenarios);
  words.each("--task", form.tasks);
  words.each("--tags", form.tags);
  words.each("--exclude-tags", form.exclude_tags);
  for (const Form::Threshold& threshold : form.thresholds)
    words.flag("--threshold", fmt::format("{}: {}", threshold.metric, threshold.expression));
  words.each("--stand-in", form.stand_ins);
  for (const auto& [name, value] : form.env) words.flag("--env", fmt::format("{}={}", name, value));
  return words.take();
}

std::string_view form_members() { return kFormMembers; }

std::string command_line_of(const std::vector<std::string>& arguments) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  std::string line = "thresher";
  for (const std::string& word : arguments) {
    line += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) c == '\'' ? line += "'\\''" : line += c;
    line += '\'';
  }
  return line;
}

}  // namespace thresher::service
