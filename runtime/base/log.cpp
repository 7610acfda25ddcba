#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <memory>
#include <vector>

#include "base/text.h"

namespace thresher::log {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view word_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::info:
      return "info";
    case spdlog::level::warn:
      return "warn";
    default:
      return "error";
  }
}

void append_escaped(spdlog::memory_buf_t& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"':
        fmt::format_to(std::back_inserter(out), "\\\"");
        break;
      case '\\':
        fmt::format_to(std::back_inserter(out), "\\\\");
        break;
      case '\n':
        fmt::format_to(std::back_inserter(out), "\\n");
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out.push_back(c);
        }
    }
  }
}

/// One object a line: {"time":"2026-11-21T02:46:00.000000000Z","level":"warn","message":"..."}.
class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const WallTime time{std::chrono::duration_cast<Nanoseconds>(message.time.time_since_epoch())};
    fmt::format_to(std::back_inserter(out), "{{\"time\":\"{}\",\"level\":\"{}\",\"message\":\"",
                   format_wall_time(time, true), word_of(message.level));
    append_escaped(out, {message.payload.data(), message.payload.size()});
    fmt::format_to(std::back_inserter(out), "\"}}\n");
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLines>(); }
};

std::unique_ptr<spdlog::formatter> formatter_of(Format format, const char* text_pattern) {
  if (format == Format::json) return std::make_unique<JsonLines>();
  return std::make_unique<spdlog::pattern_formatter>(text_pattern, spdlog::pattern_time_type::utc);
}

std::unique_ptr<spdlog::logger> make_logger(std::vector<spdlog::sink_ptr> sinks) {
  auto logger = std::make_unique<spdlog::logger>("thresher", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::debug);  // each sink has its own limit
  logger->flush_on(spdlog::level::debug);   // the control plane says little, and the last line before a crash matters
  return logger;
}

spdlog::sink_ptr stderr_sink(const Options& options) {
  const auto mode =
      options.color && options.format == Format::text ? spdlog::color_mode::automatic : spdlog::color_mode::never;
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(mode);
  sink->set_level(level_of(options.level));
  sink->set_formatter(formatter_of(options.format, "%^%l%$: %v"));
  return sink;
}

/// The process's one log: a log is what its name says, once per process.
std::unique_ptr<spdlog::logger>& logger() {
  static std::unique_ptr<spdlog::logger> instance = make_logger({stderr_sink({})});
  return instance;
}

}  // namespace

Result<void> configure(const Options& options) {
  std::vector<spdlog::sink_ptr> sinks{stderr_sink(options)};
  Result<void> outcome;
  if (options.file) {
    try {
      auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file->string());
      sink->set_level(spdlog::level::debug);
      sink->set_formatter(formatter_of(options.format, "%Y-%m-%dT%H:%M:%S.%eZ %l %v"));
      sinks.push_back(std::move(sink));
    } catch (const spdlog::spdlog_ex& problem) {
      outcome = fail(ErrorCode::io, fmt::format("cannot log to '{}': {}", options.file->string(), problem.what()));
    }
  }
  logger() = make_logger(std::move(sinks));
  return outcome;
}

void write(Level level, std::string_view text) {
  logger()->log(level_of(level), spdlog::string_view_t{text.data(), text.size()});
}

}  // namespace thresher::log
