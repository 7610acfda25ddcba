#pragma once

/// The C++20 face of thresher/plugin.h, header-only. A plugin is a class and one line:
///
///   class Echo : public thresher::Target {
///    public:
///     static thresher::TargetDescription describe() {
///       return {.name = "echo",
///               .summary = "says back what it was sent",
///               .endpoints = {{"main", 8080}},
///               .options = {thresher::number("latency_ms", 2, "how long an answer takes").at_least(0)}};
///     }
///     Echo(const thresher::Options& options, std::uint64_t)
///         : after_(thresher::milliseconds(options.number("latency_ms"))) {}
///
///     thresher::Answer handle(const thresher::Request& request) override {
///       return thresher::text(200, request.body).later(after_);
///     }
///    private:
///     std::chrono::nanoseconds after_;
///   };
///   THRESHER_PLUGIN("echo", "1.0.0", Echo)
///
/// Generators, validators and outputs are classes too, in any number and mixture. Exceptions may be thrown freely: from
/// a constructor they refuse the instance with their text, from a target's handle() they become a 500 with their text,
/// from the others an error with their text. None of them reaches the host.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "thresher/plugin.h"

namespace thresher {
inline namespace sdk_1 {

/// A duration from a number people wrote in milliseconds.
inline std::chrono::nanoseconds milliseconds(double value) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(value * 1e6));
}

/// An option as a target declares it; made by text_option(), choice(), number(), integer() and boolean() below.
struct Option {
  std::int32_t type = THRESHER_OPTION_TEXT;
  std::string name = {}, default_value = {}, summary = {}, choices = {};
  std::uint32_t flags = 0;
  double minimum = 0, maximum = 0;

  Option at_least(double bound) && {
    flags |= THRESHER_OPTION_HAS_MINIMUM;
    minimum = bound;
    return std::move(*this);
  }
  Option at_most(double bound) && {
    flags |= THRESHER_OPTION_HAS_MAXIMUM;
    maximum = bound;
    return std::move(*this);
  }
  Option between(double low, double high) && { return std::move(*this).at_least(low).at_most(high); }
  /// Without a default: options.given(name) says whether a person set it.
  Option optional() && {
    default_value.clear();
    return std::move(*this);
  }
};

inline Option text_option(std::string name, std::string default_value, std::string summary) {
  return {THRESHER_OPTION_TEXT, std::move(name), std::move(default_value), std::move(summary), {}};
}
/// A text out of `choices`, such as "small|medium|large".
inline Option choice(std::string name, std::string choices, std::string default_value, std::string summary) {
  return {THRESHER_OPTION_TEXT, std::move(name), std::move(default_value), std::move(summary), std::move(choices)};
}
inline Option number(std::string name, double default_value, std::string summary) {
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, default_value).ptr;  // shortest, and the same in every locale
  return {THRESHER_OPTION_NUMBER, std::move(name), std::string(digits, end), std::move(summary), {}};
}
inline Option integer(std::string name, std::int64_t default_value, std::string summary) {
  return {THRESHER_OPTION_INTEGER, std::move(name), std::to_string(default_value), std::move(summary), {}};
}
inline Option boolean(std::string name, bool default_value, std::string summary) {
  return {THRESHER_OPTION_BOOLEAN, std::move(name), default_value ? "true" : "false", std::move(summary), {}};
}

struct Endpoint {
  std::string name = {};
  std::uint16_t port = 0;
};

/// What a target says about itself before there is an instance.
struct TargetDescription {
  std::string name = {}, summary = {};
  std::vector<Endpoint> endpoints = {};
  std::vector<Option> options = {};
};

/// The options as a person chose them, checked against the declaration. Only in the constructor; texts are copied out.
/// Asking for what was not declared makes the host refuse the stand-in, naming the option.
class Options {
 public:
  Options(const thresher_host& host, const thresher_config* config) : host_(host), config_(config) {}

  std::string text(std::string_view name) const {
    const thresher_text value = host_.option_text(config_, {name.data(), name.size()});
    return value.size == 0 ? std::string() : std::string(value.data, value.size);
  }
  double number(std::string_view name) const { return host_.option_number(config_, {name.data(), name.size()}); }
  std::int64_t integer(std::string_view name) const {
    return host_.option_integer(config_, {name.data(), name.size()});
  }
  bool boolean(std::string_view name) const { return host_.option_boolean(config_, {name.data(), name.size()}) != 0; }
  bool given(std::string_view name) const { return host_.option_given(config_, {name.data(), name.size()}) != 0; }

 private:
  const thresher_host& host_;
  const thresher_config* config_;
};

/// A request; views live until handle() returns. See thresher_request for what the members mean.
struct Request {
  std::uint16_t port;
  std::uint64_t number, connection;
  std::chrono::nanoseconds now;   ///< since this instance was created; virtual in a rehearsal
  std::chrono::nanoseconds wall;  ///< since 1970, only to label things
  std::string_view method, path, query, headers, body;

  /// The value of the first header of that name (case ignored); empty when there is none.
  std::string_view header(std::string_view name) const noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (std::string_view rest = headers; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(rest.size(), line.size() + 2));
      if (line.size() <= name.size() || line[name.size()] != ':') continue;
      bool same = true;
      for (std::size_t i = 0; same && i < name.size(); ++i) same = lower(line[i]) == lower(name[i]);
      if (!same) continue;
      const std::string_view value = line.substr(name.size() + 1);
      const std::size_t from = value.find_first_not_of(" \t");
      return from == std::string_view::npos ? std::string_view()
                                            : value.substr(from, value.find_last_not_of(" \t") - from + 1);
    }
    return {};
  }
};

/// A piece of a streamed body.
struct Chunk {
  std::chrono::nanoseconds after{};  ///< since the piece before it, of the first: since the head
  std::string bytes = {};
};

/// What comes after a stream's last piece: an orderly end, an abort, or nothing at all on an open connection.
enum class StreamEnd : std::int32_t {
  finish = THRESHER_STREAM_FINISH,
  reset = THRESHER_STREAM_RESET,
  hold = THRESHER_STREAM_HOLD
};

/// What a target answers; made by the functions below.
struct Answer {
  std::int32_t kind = THRESHER_ANSWER_WHOLE;
  std::int32_t status = 200;
  std::chrono::nanoseconds after{};  ///< since the request arrived
  std::string headers = {};          ///< "Name: value\r\n" lines
  std::string body = {};
  std::vector<Chunk> chunks = {};  ///< of a stream, instead of `body`
  StreamEnd stream_end = StreamEnd::finish;

  Answer later(std::chrono::nanoseconds delay) && {
    after = delay;
    return std::move(*this);
  }
  /// Adds a header line.
  Answer with(std::string_view name, std::string_view value) && {
    headers.append(name).append(": ").append(value).append("\r\n");
    return std::move(*this);
  }
};

inline Answer answer(int status, std::string_view content_type, std::string_view body) {
  return Answer{.status = status, .body = std::string(body)}.with("Content-Type", content_type);
}
inline Answer json(int status, std::string_view body) { return answer(status, "application/json", body); }
inline Answer text(int status, std::string_view body) { return answer(status, "text/plain; charset=utf-8", body); }
/// A body that comes in pieces, such as server-sent events; needs a host of ABI 1.2.
inline Answer stream(int status, std::string_view content_type, std::vector<Chunk> chunks,
                     StreamEnd end = StreamEnd::finish) {
  return Answer{.kind = THRESHER_ANSWER_STREAM, .status = status, .chunks = std::move(chunks), .stream_end = end}.with(
      "Content-Type", content_type);
}
/// No answer ever: the connection stays open and silent.
inline Answer never() { return {.kind = THRESHER_ANSWER_NEVER}; }
/// The connection is aborted.
inline Answer reset() { return {.kind = THRESHER_ANSWER_RESET}; }
/// The head of `whole` and half of its body, then an orderly close.
inline Answer truncated(Answer whole) {
  whole.kind = THRESHER_ANSWER_TRUNCATE;
  return whole;
}
/// These bytes instead of an answer, then an orderly close.
inline Answer garbage(std::string bytes) { return {.kind = THRESHER_ANSWER_GARBAGE, .body = std::move(bytes)}; }

/// A system under test's stand-in. Derive from it, give the class `static TargetDescription describe()` and a
/// constructor (const Options&, std::uint64_t seed). The same options and seed must give the same answers to the same
/// requests at the same `now`, so draw from thresher::Random and never from a clock. One thread per instance; handle()
/// must not block.
class Target {
 public:
  virtual ~Target() = default;
  virtual Answer handle(const Request& request) = 0;
};

/// One kind of thing a generator makes.
struct Product {
  std::string name = {}, summary = {};
  std::vector<Option> options = {};  ///< the parameters of one call of generate()
};

struct GeneratorDescription {
  std::string name = {}, summary = {};
  std::vector<Product> products = {};
  std::vector<Option> options = {};  ///< of an instance
};

/// Makes input for the system under test, and knows the right answer to it. Derive from it, give the class `static
/// GeneratorDescription describe()` and a constructor (const Options&, std::uint64_t seed). One thread per instance.
class Generator {
 public:
  virtual ~Generator() = default;
  /// Appends one JSON value to `out`. `product` is an index into the description's products. The same instance options,
  /// seed and parameters give the same bytes, whatever was generated before; so no clock, and no state that shows. What
  /// it throws reaches the caller as an error with that text. Must not block.
  virtual void generate(std::size_t product, const Options& parameters, std::string& out) = 0;
};

/// What a check says; no_data is never a pass.
enum class Verdict : std::int32_t {
  no_data = THRESHER_NO_DATA,
  pass = THRESHER_PASS,
  degraded = THRESHER_DEGRADED,
  fail = THRESHER_FAIL
};

/// The target broke a rule. See thresher_violation for what the members mean.
struct Violation {
  std::string check = {}, subject = {}, witness = {};
  std::string details = {};         ///< a JSON object, or empty
  std::chrono::nanoseconds at{-1};  ///< `t` of the event that showed it; -1: the absence of one did
};

/// What one check says of the whole history.
struct Finding {
  std::string check = {};
  Verdict verdict = Verdict::no_data;
  std::uint64_t observations = 0, violations = 0;
  std::string summary = {};  ///< one line
  std::string details = {};  ///< a JSON object, or empty
};

/// Where a validator's judgement goes; lives as long as the validator. Call it from observe() and finish() only.
class Judge {
 public:
  explicit Judge(const thresher_judge& judge) : judge_(judge) {}
  void violation(const Violation& told) const {
    const thresher_violation out{
        sizeof(thresher_violation), 0, told.at.count(), borrow(told.check), borrow(told.subject), borrow(told.witness),
        borrow(told.details)};
    judge_.violation(judge_.context, &out);
  }
  void finding(const Finding& told) const {
    const thresher_finding out{sizeof(thresher_finding), static_cast<std::int32_t>(told.verdict),
                               told.observations,        told.violations,
                               borrow(told.check),       borrow(told.summary),
                               borrow(told.details)};
    judge_.finding(judge_.context, &out);
  }
  void document(std::string_view name, std::string_view json) const {
    judge_.document(judge_.context, borrow(name), borrow(json));
  }

 private:
  static thresher_text borrow(std::string_view text) noexcept { return {text.data(), text.size()}; }
  const thresher_judge& judge_;
};

struct ValidatorDescription {
  std::string name = {}, summary = {};
  std::vector<Option> options = {};
};

/// Judges what came back, from the history of a run. Derive from it, give the class `static ValidatorDescription
/// describe()` and a constructor (const Options&, std::uint64_t seed, const Judge&); the judge outlives it. One thread
/// per instance; an instance judges one history.
class Validator {
 public:
  virtual ~Validator() = default;
  /// The next event: a JSON object with at least "t" (ns since the run began, never falling) and "event". Throw for a
  /// history that makes no sense; a target that is wrong is a violation.
  virtual void observe(std::string_view event) = 0;
  /// Once, after the last event.
  virtual void finish() = 0;
};

struct OutputDescription {
  std::string name = {}, summary = {};
  std::vector<Option> options = {};
};

/// Takes a run's figures somewhere. Derive from it, give the class `static OutputDescription describe()` and a
/// constructor (const Options&). One thread, which carries no load. Texts are JSON objects, see thresher_output. What
/// it throws ends this output, not the run.
class Output {
 public:
  virtual ~Output() = default;
  virtual void begin(std::string_view run) = 0;
  virtual void second(std::string_view figures) = 0;
  virtual void event(std::string_view event) = 0;
  virtual void finish(std::string_view report) = 0;
};

namespace detail {

inline thresher_text borrow(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string_view view(thresher_text text) noexcept {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

/// Runs `work`; what it throws is reported to the host. False when it threw.
template <class Work>
bool guarded(const thresher_host& host, Work&& work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    host.fail(host.context, borrow(error.what()));
  } catch (...) {
    host.fail(host.context, borrow("threw something that is no std::exception"));
  }
  return false;
}

inline std::vector<thresher_option> option_table(const std::vector<Option>& options) {
  std::vector<thresher_option> table;
  for (const Option& option : options)
    table.push_back({sizeof(thresher_option), option.type, option.flags, 0, borrow(option.name), borrow(option.summary),
                     borrow(option.default_value), borrow(option.choices), option.minimum, option.maximum});
  return table;
}

/// The C tables of one class. They live as long as the library, as the ABI asks, and point into `description_`.
template <class T>
class TargetTable {
 public:
  TargetTable() {
    for (const Endpoint& endpoint : description_.endpoints)
      endpoints_.push_back({sizeof(thresher_endpoint), endpoint.port, 0, borrow(endpoint.name)});
    table_ = {sizeof(thresher_target),
              0,
              borrow(description_.name),
              borrow(description_.summary),
              endpoints_.data(),
              endpoints_.size(),
              options_.data(),
              options_.size(),
              &create,
              &handle,
              &destroy};
  }
  TargetTable(const TargetTable&) = delete;
  TargetTable& operator=(const TargetTable&) = delete;

  const thresher_target* table() const { return &table_; }

 private:
  struct Instance {
    const thresher_host& host;
    T target;
    Instance(const thresher_host& given, const Options& options, std::uint64_t seed)
        : host(given), target(options, seed) {}
  };

  static void* create(const thresher_host* host, const thresher_config* config, std::uint64_t seed) noexcept {
    Instance* made = nullptr;
    guarded(*host, [&] { made = new Instance(*host, Options(*host, config), seed); });
    return made;
  }

  static void handle(void* self, const thresher_request* raw, thresher_respond respond,
                     thresher_exchange* exchange) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    guarded(instance.host, [&] {
      const Request request{raw->port,
                            raw->number,
                            raw->connection,
                            std::chrono::nanoseconds(raw->now_ns),
                            std::chrono::nanoseconds(raw->wall_ns),
                            view(raw->method),
                            view(raw->path),
                            view(raw->query),
                            view(raw->headers),
                            view(raw->body)};
      const Answer given = static_cast<Target&>(instance.target).handle(request);
      std::vector<thresher_chunk> chunks;
      chunks.reserve(given.chunks.size());
      for (const Chunk& chunk : given.chunks)
        chunks.push_back({sizeof(thresher_chunk), 0, chunk.after.count(), borrow(chunk.bytes)});
      const thresher_answer out{sizeof(thresher_answer),
                                given.kind,
                                given.after.count(),
                                given.status,
                                0,
                                borrow(given.headers),
                                borrow(given.body),
                                chunks.data(),
                                chunks.size(),
                                static_cast<std::int32_t>(given.stream_end),
                                0};
      respond(exchange, &out);
    });
  }

  static void destroy(void* self) noexcept { delete static_cast<Instance*>(self); }

  TargetDescription description_ = T::describe();
  std::vector<thresher_endpoint> endpoints_;
  std::vector<thresher_option> options_ = option_table(description_.options);
  thresher_target table_{};
};

template <class T>
class GeneratorTable {
 public:
  GeneratorTable() {
    for (const Product& product : description_.products) parameters_.push_back(option_table(product.options));
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      products_.push_back({sizeof(thresher_product), 0, borrow(description_.products[i].name),
                           borrow(description_.products[i].summary), parameters_[i].data(), parameters_[i].size()});
    table_ = {sizeof(thresher_generator),
              0,
              borrow(description_.name),
              borrow(description_.summary),
              products_.data(),
              products_.size(),
              options_.data(),
              options_.size(),
              &create,
              &generate,
              &destroy};
  }
  GeneratorTable(const GeneratorTable&) = delete;
  GeneratorTable& operator=(const GeneratorTable&) = delete;

  const thresher_generator* table() const { return &table_; }

 private:
  struct Instance {
    const thresher_host& host;
    T generator;
    std::string buffer = {};  ///< reused: a value is handed over in one piece
    Instance(const thresher_host& given, const Options& options, std::uint64_t seed)
        : host(given), generator(options, seed) {}
  };

  static void* create(const thresher_host* host, const thresher_config* config, std::uint64_t seed) noexcept {
    Instance* made = nullptr;
    guarded(*host, [&] { made = new Instance(*host, Options(*host, config), seed); });
    return made;
  }

  static std::int32_t generate(void* self, std::size_t product, const thresher_config* parameters, thresher_write write,
                               void* sink) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    const bool made = guarded(instance.host, [&] {
      instance.buffer.clear();
      static_cast<Generator&>(instance.generator)
          .generate(product, Options(instance.host, parameters), instance.buffer);
      write(sink, borrow(instance.buffer));
    });
    return made ? 1 : 0;
  }

  static void destroy(void* self) noexcept { delete static_cast<Instance*>(self); }

  GeneratorDescription description_ = T::describe();
  std::vector<std::vector<thresher_option>> parameters_;
  std::vector<thresher_product> products_;
  std::vector<thresher_option> options_ = option_table(description_.options);
  thresher_generator table_{};
};

template <class T>
class ValidatorTable {
 public:
  ValidatorTable() {
    table_ = {sizeof(thresher_validator),
              0,
              borrow(description_.name),
              borrow(description_.summary),
              options_.data(),
              options_.size(),
              &create,
              &observe,
              &finish,
              &destroy};
  }
  ValidatorTable(const ValidatorTable&) = delete;
  ValidatorTable& operator=(const ValidatorTable&) = delete;

  const thresher_validator* table() const { return &table_; }

 private:
  struct Instance {
    const thresher_host& host;
    Judge judge;
    T validator;
    Instance(const thresher_host& given, const Options& options, std::uint64_t seed, const thresher_judge& told)
        : host(given), judge(told), validator(options, seed, judge) {}
  };

  static void* create(const thresher_host* host, const thresher_config* config, std::uint64_t seed,
                      const thresher_judge* judge) noexcept {
    Instance* made = nullptr;
    guarded(*host, [&] { made = new Instance(*host, Options(*host, config), seed, *judge); });
    return made;
  }
  static void observe(void* self, thresher_text event) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    guarded(instance.host, [&] { static_cast<Validator&>(instance.validator).observe(view(event)); });
  }
  static void finish(void* self) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    guarded(instance.host, [&] { static_cast<Validator&>(instance.validator).finish(); });
  }
  static void destroy(void* self) noexcept { delete static_cast<Instance*>(self); }

  ValidatorDescription description_ = T::describe();
  std::vector<thresher_option> options_ = option_table(description_.options);
  thresher_validator table_{};
};

template <class T>
class OutputTable {
 public:
  OutputTable() {
    table_ = {sizeof(thresher_output),
              0,
              borrow(description_.name),
              borrow(description_.summary),
              options_.data(),
              options_.size(),
              &create,
              &tell<&Output::begin>,
              &tell<&Output::second>,
              &tell<&Output::event>,
              &tell<&Output::finish>,
              &destroy};
  }
  OutputTable(const OutputTable&) = delete;
  OutputTable& operator=(const OutputTable&) = delete;

  const thresher_output* table() const { return &table_; }

 private:
  struct Instance {
    const thresher_host& host;
    T output;
    Instance(const thresher_host& given, const Options& options) : host(given), output(options) {}
  };

  static void* create(const thresher_host* host, const thresher_config* config) noexcept {
    Instance* made = nullptr;
    guarded(*host, [&] { made = new Instance(*host, Options(*host, config)); });
    return made;
  }
  template <void (Output::*Function)(std::string_view)>
  static std::int32_t tell(void* self, thresher_text text) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    return guarded(instance.host, [&] { (static_cast<Output&>(instance.output).*Function)(view(text)); }) ? 1 : 0;
  }
  static void destroy(void* self) noexcept { delete static_cast<Instance*>(self); }

  OutputDescription description_ = T::describe();
  std::vector<thresher_option> options_ = option_table(description_.options);
  thresher_output table_{};
};

template <class T>
using TableOf = std::conditional_t<
    std::is_base_of_v<Target, T>, TargetTable<T>,
    std::conditional_t<std::is_base_of_v<Generator, T>, GeneratorTable<T>,
                       std::conditional_t<std::is_base_of_v<Validator, T>, ValidatorTable<T>, OutputTable<T>>>>;

/// The tables of a library's classes, sorted by kind.
struct Tables {
  std::vector<const thresher_target*> targets = {};
  std::vector<const thresher_generator*> generators = {};
  std::vector<const thresher_validator*> validators = {};
  std::vector<const thresher_output*> outputs = {};

  void add(const thresher_target* table) { targets.push_back(table); }
  void add(const thresher_generator* table) { generators.push_back(table); }
  void add(const thresher_validator* table) { validators.push_back(table); }
  void add(const thresher_output* table) { outputs.push_back(table); }
};

/// What thresher_plugin_v1 returns: built at the first call, kept for the life of the library.
template <class... Classes>
const thresher_plugin* plugin(const thresher_host* host, std::string_view name, std::string_view version) noexcept {
  static_assert(((std::is_base_of_v<Target, Classes> || std::is_base_of_v<Generator, Classes> ||
                  std::is_base_of_v<Validator, Classes> || std::is_base_of_v<Output, Classes>)&&...),
                "a plugin's classes derive from thresher::Target, Generator, Validator or Output");
  const thresher_plugin* made = nullptr;
  guarded(*host, [&] {
    static const std::tuple<TableOf<Classes>...> kOwned{};
    static const Tables kTables = std::apply(
        [](const auto&... owned) {
          Tables tables;
          (tables.add(owned.table()), ...);
          return tables;
        },
        kOwned);
    static const thresher_plugin kPlugin{sizeof(thresher_plugin),
                                         THRESHER_ABI_MAJOR,
                                         THRESHER_ABI_MINOR,
                                         0,
                                         borrow(name),
                                         borrow(version),
                                         kTables.targets.data(),
                                         kTables.targets.size(),
                                         kTables.generators.data(),
                                         kTables.generators.size(),
                                         kTables.validators.data(),
                                         kTables.validators.size(),
                                         kTables.outputs.data(),
                                         kTables.outputs.size()};
    made = &kPlugin;
  });
  return made;
}

}  // namespace detail
}  // namespace sdk_1
}  // namespace thresher

/// THRESHER_PLUGIN("name", "version", Class...), once per library, outside any namespace.
#define THRESHER_PLUGIN(name, version, ...)                                                         \
  extern "C" THRESHER_EXPORT const thresher_plugin* thresher_plugin_v1(const thresher_host* host) { \
    return ::thresher::detail::plugin<__VA_ARGS__>(host, name, version);                            \
  }
