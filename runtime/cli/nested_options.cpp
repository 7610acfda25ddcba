#include "cli/nested_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/text.h"
#include "http/url.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::json;
using O = NestedOptions;

constexpr double kLeastSeconds = 0.001, kMostSeconds = 86'400;  // a millisecond, a day

constexpr std::array kOptions = {
    NestedOption{"base-url", &O::base_url, "URL", "the gateway (AGENTFIELD_BASE_URL, or http://localhost:8080)"}.in(
        "BASE_URL", "http://host.docker.internal:8080"),
    NestedOption{"target", &O::target, "NODE.REASONER", "what is executed, such as demo-agent.synthetic_nested"}.in(
        "TARGET", "demo-agent.synthetic_nested"),
    NestedOption{"mode", &O::mode, "sync|async", "wait for the answer, or submit and poll (sync)"}.in("MODE", "async"),
    NestedOption{"requests", &O::requests, "N", "workflows in all (100)"}.between(1, 1e12).in("REQUESTS", "200"),
    NestedOption{"concurrency", &O::concurrency, "N", "at most so many at once (8)"}.between(1, 1e6).in("CONCURRENCY",
                                                                                                        "16"),
    NestedOption{"payload-bytes", &O::payload_bytes, "BYTES", "length of input.payload (1024)"}
        .between(0, 1 << 27)
        .in("PAYLOAD_BYTES"),
    NestedOption{"depth", &O::depth, "N", "input.depth, left out when 0: levels of nested calls (0)"}
        .between(0, 1e6)
        .in("DEPTH"),
    NestedOption{"width", &O::width, "N", "input.width, left out when 0: calls of each level (0)"}.between(0, 1e6).in(
        "WIDTH"),
    NestedOption{"body-template", &O::body_template, "FILE", "the body, with {seq} {depth} {width} {payload}"},
    NestedOption{"header", &O::headers, "KEY:VALUE", "another header, or KEY=VALUE; repeat"}.in("HEADERS"),
    NestedOption{"request-timeout", &O::request_timeout, "SECONDS", "of one HTTP request (60)"}
        .between(kLeastSeconds, kMostSeconds)
        .in("REQUEST_TIMEOUT"),
    NestedOption{"execution-timeout", &O::execution_timeout, "SECONDS", "of a workflow, polling included (600)"}
        .between(kLeastSeconds, kMostSeconds)
        .in("EXECUTION_TIMEOUT"),
    NestedOption{"poll-interval", &O::poll_interval, "SECONDS", "before the second look (0.25)"}
        .between(kLeastSeconds, kMostSeconds)
        .in("POLL_INTERVAL"),
    NestedOption{"max-poll-interval", &O::max_poll_interval, "SECONDS", "intervals grow to this (5)"}
        .between(kLeastSeconds, kMostSeconds)
        .in("MAX_POLL_INTERVAL"),
    NestedOption{"backoff-multiplier", &O::backoff_multiplier, "FACTOR", "from one interval to the next (1.7)"}
        .between(1, 1e3)
        .in("BACKOFF_MULTIPLIER"),
    NestedOption{"jitter", &O::jitter, "PART", "of an interval, at random, either way (0.2)"}.between(0, 1).in(
        "JITTER"),
    NestedOption{"save-metrics", &O::save_metrics, "FILE", "write the JSON there as well"}
        .in("SAVE_METRICS")
        .only_once(),
    NestedOption{"print-failures", &O::print_failures, "", "print the first 20 failures before the JSON"}.in(
        "PRINT_FAILURES"),
    NestedOption{"async-status-endpoint", &O::async_status_endpoint, "PATH", "(/api/v1/executions)"},
    NestedOption{"async-submit-prefix", &O::async_submit_prefix, "PATH", "(/api/v1/execute/async)"},
    NestedOption{"sync-prefix", &O::sync_prefix, "PATH", "(/api/v1/execute)"},
    NestedOption{"verify-ssl", &O::verify_ssl, "", "check the gateway's certificate"},
    NestedOption{"seed", &O::seed, "N", "of payload, jitter and everything else drawn"}.between(0, 9e15).in("SEED"),
    NestedOption{"scenario-file", &O::scenario_file, "FILE", "JSON: objects of these options, run one after another"}
        .in("SCENARIO_FILE")
        .only_once(),
    NestedOption{"metrics-url", &O::metrics_url, "URL", "Prometheus metrics: before, every second, and after"}.in(
        "METRICS_URL"),
    NestedOption{"metrics", &O::metrics, "NAME", "a metric to report; repeat (memory, goroutines, queue, in flight)"}
        .in("METRICS"),
    NestedOption{"metrics-timeout", &O::metrics_timeout, "SECONDS", "of one look at the metrics (5)"}
        .between(kLeastSeconds, kMostSeconds)
        .in("METRICS_TIMEOUT"),
    NestedOption{"batch-status", &O::batch_status, "", "async: one call asks for all executions waited for"}.in(
        "BATCH_STATUS"),
    NestedOption{"retries", &O::retries, "N", "of what 429 or 503 refused, as late as Retry-After says (0)"}
        .between(0, 1000)
        .in("RETRIES"),
    NestedOption{"unknown-timeout", &O::unknown_timeout, "SECONDS",
                 "an execution may be unknown or not found that long (30)"}
        .between(0, kMostSeconds)
        .in("UNKNOWN_TIMEOUT"),
    NestedOption{"check-dag", &O::check_dag, "", "is each call tree the one that depth and width ask for?"}.in(
        "CHECK_DAG"),
    NestedOption{"check-result", &O::check_result, "", "does success come with a result, and the request's own?"}.in(
        "CHECK_RESULT"),
    NestedOption{"metrics-prefix", &O::metrics_prefix, "TEXT", "of the gateway's own metrics (agentfield_)"}.in(
        "METRICS_PREFIX"),
    NestedOption{"stand-in", &O::stand_in, "gateway[={json}]", "serve the stand-in on its port for the run"}
        .only_once(),
    NestedOption{"rehearse", &O::rehearse, "", "in virtual time, against the stand-in; nothing is sent"}.only_once(),
    NestedOption{"quiet", &O::quiet, "", "no progress on standard error"}.only_once(),
};

template <class T>
inline constexpr bool kIsNumber =
    std::is_same_v<T, std::uint64_t> || std::is_same_v<T, double> || std::is_same_v<T, std::optional<std::uint64_t>>;

Error wrong_value(const std::string& where, std::string_view value, const std::string& expected) {
  return {ErrorCode::invalid_argument, fmt::format("{}: '{}' is {}", where, value, expected), {}};
}

std::string range_of(const NestedOption& option) {
  return fmt::format("no number from {} to {}", option.low, option.high);
}

Result<double> number_of(std::string_view text, const NestedOption& option, bool whole, const std::string& where) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = problem == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  if (!read || value < option.low || value > option.high) return fail(wrong_value(where, text, range_of(option)));
  if (whole && value != std::floor(value)) return fail(wrong_value(where, text, "no whole number"));
  return value;
}

/// Sets one option from text: of an environment variable, or a number as a scenario file spells it.
Result<void> set_from_text(NestedOptions& options, const NestedOption& option, const std::string& text,
                           const std::string& where) {
  return std::visit(
      [&](auto member) -> Result<void> {
        auto& value = options.*member;
        using T = std::remove_reference_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string>) {
          value = text;
        } else if constexpr (std::is_same_v<T, bool>) {
          value = text == "true" || text == "1" || text == "yes";
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          value = split(text, ",");
        } else {
          const auto number = number_of(text, option, !std::is_same_v<T, double>, where);
          if (!number) return fail(Error(number.error()));
          if constexpr (std::is_same_v<T, double>)
            value = *number;
          else
            value = static_cast<std::uint64_t>(*number);
        }
        return {};
      },
      option.member);
}

Result<std::vector<std::string>> texts_of(const Json& json, const std::string& where) {
  std::vector<std::string> texts;
  if (json.is_string()) texts.push_back(json.get<std::string>());
  if (json.is_object())
    for (const auto& [key, value] : json.items())
      texts.push_back(key + ":" + (value.is_string() ? value.get<std::string>() : value.dump()));
  if (json.is_array())
    for (const Json& each : json) {
      if (!each.is_string()) return fail(wrong_value(where, each.dump(), "no text"));
      texts.push_back(each.get<std::string>());
    }
  if (texts.empty() && !json.empty()) return fail(wrong_value(where, json.dump(), "no list of texts"));
  return texts;
}

/// Sets one option from a scenario file.
Result<void> set_from_json(NestedOptions& options, const NestedOption& option, const Json& json,
                           const std::string& where) {
  return std::visit(
      [&](auto member) -> Result<void> {
        auto& value = options.*member;
        using T = std::remove_reference_t<decltype(value)>;
        if constexpr (kIsNumber<T>) {
          if (!json.is_number()) return fail(wrong_value(where, json.dump(), range_of(option)));
          return set_from_text(options, option, json.dump(), where);
        } else if constexpr (std::is_same_v<T, bool>) {
          if (!json.is_boolean()) return fail(wrong_value(where, json.dump(), "neither true nor false"));
          value = json.get<bool>();
        } else if constexpr (std::is_same_v<T, std::string>) {
          if (!json.is_string()) return fail(wrong_value(where, json.dump(), "no text"));
          value = json.get<std::string>();
        } else {
          auto texts = texts_of(json, where);
          if (!texts) return fail(std::move(texts.error()));
          value = std::move(*texts);
        }
        return {};
      },
      option.member);
}

const NestedOption* option_named(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  if (key == "headers") key = "header";
  const auto found =
      std::find_if(kOptions.begin(), kOptions.end(), [&](const NestedOption& option) { return key == option.name; });
  return found == kOptions.end() ? nullptr : &*found;
}

/// An unknown key: an error when an option was meant, else a remark.
Result<void> pass_over(const std::string& key, const std::string& where, std::vector<std::string>& remarks) {
  std::string spelt = key;
  std::replace(spelt.begin(), spelt.end(), '_', '-');
  std::vector<std::string> names;
  for (const NestedOption& option : kOptions) names.emplace_back(option.name);
  const std::string_view meant = closest(spelt, names);
  if (!meant.empty())
    return fail(ErrorCode::invalid_argument, fmt::format("{}: no option '{}'; did you mean '{}'?", where, key, meant));
  remarks.push_back(fmt::format("{}: '{}' is no option and was passed over", where, key));
  return {};
}

Result<NestedOptions> read_scenario(const Json& entry, std::size_t number, const std::string& file,
                                    const NestedOptions& common, std::vector<std::string>& remarks) {
  NestedOptions options = common;
  if (!entry.is_object())
    return fail(ErrorCode::invalid_argument, fmt::format("{}: scenario {} is no object of options", file, number));
  options.name = fmt::format("scenario_{}", number);
  if (entry.contains("name") && entry["name"].is_string() && entry["name"] != "") options.name = entry["name"];
  const std::string scenario = fmt::format("{}: scenario '{}'", file, options.name);
  for (const auto& [key, value] : entry.items()) {
    if (key == "name") continue;
    const NestedOption* option = option_named(key);
    if (option == nullptr || !option->scenario) {
      if (option != nullptr)
        remarks.push_back(fmt::format("{}: '{}' counts on the command line only and was passed over", scenario, key));
      else if (auto passed = pass_over(key, scenario, remarks); !passed)
        return fail(std::move(passed.error()));
      continue;
    }
    if (value.is_null()) continue;
    if (auto set = set_from_json(options, *option, value, scenario + ": " + key); !set)
      return fail(std::move(set.error()));
  }
  if (auto checked = check_nested(options); !checked) {
    checked.error().message = scenario + ": " + checked.error().message;
    return fail(std::move(checked.error()));
  }
  return options;
}

Result<void> check_ranges(const NestedOptions& options) {
  for (const NestedOption& option : kOptions) {
    auto checked = std::visit(
        [&](auto member) -> Result<void> {
          using T = std::remove_cvref_t<decltype(options.*member)>;
          if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::uint64_t>) {
            const auto value = static_cast<double>(options.*member);
            if (!(value >= option.low && value <= option.high))
              return fail(
                  wrong_value(fmt::format("--{}", option.name), fmt::format("{}", options.*member), range_of(option)));
          }
          return {};
        },
        option.member);
    if (!checked) return checked;
  }
  return {};
}

}  // namespace

std::span<const NestedOption> nested_options() { return kOptions; }

Result<NestedOptions> nested_options_from_environment(const std::function<const char*(const char*)>& variable) {
  NestedOptions options;
  for (const NestedOption& option : kOptions) {
    if (option.variable == nullptr) continue;
    const char* set = variable(option.variable);
    const bool given = set != nullptr && *set != '\0';
    if (!given) set = option.variable_default;
    if (set == nullptr) continue;
    if (auto taken = set_from_text(options, option, set, option.variable); !taken)
      return fail(std::move(taken.error()));
  }
  return options;
}

Result<std::vector<NestedOptions>> read_nested_scenarios(const std::string& json, const std::string& file,
                                                         const NestedOptions& common,
                                                         std::vector<std::string>& remarks) {
  Json document;
  try {
    document = Json::parse(json);
  } catch (const Json::parse_error& problem) {
    return fail(ErrorCode::invalid_argument, fmt::format("{} is no JSON: {}", file, problem.what()));
  }
  if (document.is_object()) document = Json::array({document});
  if (!document.is_array())
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("{} holds neither a list of scenarios nor one: [{{\"name\": \"baseline\", \"requests\": 150}}]",
                    file));
  std::vector<NestedOptions> scenarios;
  for (const Json& entry : document) {
    auto scenario = read_scenario(entry, scenarios.size() + 1, file, common, remarks);
    if (!scenario) return fail(std::move(scenario.error()));
    scenarios.push_back(std::move(*scenario));
  }
  if (scenarios.empty()) scenarios.push_back(common);  // as the public script takes an empty list
  return scenarios;
}

Result<std::vector<std::pair<std::string, std::string>>> split_headers(const std::vector<std::string>& headers) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& header : headers) {
    std::size_t at = header.find(':');
    if (at == std::string::npos) at = header.find('=');
    const std::string_view text = header;
    const std::string_view name = trim(text.substr(0, at));
    const bool sound = at != std::string::npos && !name.empty() &&
                       name.find_first_of(" \t\r\n\"(),/:;<=>?@[\\]{}") == std::string_view::npos &&
                       header.find_first_of("\r\n") == std::string::npos;
    if (!sound)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("--header '{}': expected KEY:VALUE or KEY=VALUE, such as X-Run-ID:nightly", header));
    all.emplace_back(name, trim(text.substr(at + 1)));
  }
  return all;
}

Result<void> check_nested(const NestedOptions& options) {
  const auto refuse = [](std::string why) { return fail(ErrorCode::invalid_argument, std::move(why)); };
  if (options.target.empty())
    return refuse("--target is missing: name what to execute as NODE.REASONER, such as demo-agent.synthetic_nested");
  if (options.target.find_first_of(" /?#\r\n") != std::string::npos || options.target.find('.') == std::string::npos)
    return refuse(
        fmt::format("--target '{}': expected NODE.REASONER, such as demo-agent.synthetic_nested", options.target));
  if (options.mode != "sync" && options.mode != "async")
    return refuse(fmt::format("--mode '{}': expected sync or async", options.mode));
  if (auto ranges = check_ranges(options); !ranges) return ranges;
  if (auto url = http::parse_url(options.base_url); !url) return refuse("--base-url: " + url.error().message);
  if (!options.metrics_url.empty())
    if (auto url = http::parse_url(options.metrics_url); !url) return refuse("--metrics-url: " + url.error().message);
  for (const auto& [flag, path] : {std::pair{"--async-status-endpoint", &options.async_status_endpoint},
                                   std::pair{"--async-submit-prefix", &options.async_submit_prefix},
                                   std::pair{"--sync-prefix", &options.sync_prefix}})
    if (!path->starts_with('/')) return refuse(fmt::format("{} '{}': expected a path from '/' on", flag, *path));
  if (auto headers = split_headers(options.headers); !headers) return fail(std::move(headers.error()));
  return {};
}

}  // namespace thresher::cli
