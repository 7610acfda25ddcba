#include "plugin/target_adaptor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "plugin/answer_check.h"
#include "plugin/option_schema.h"
#include "plugin/text.h"

/// The C side sees an exchange as an opaque pointer; it is the answer being collected.
struct thresher_exchange {
  thresher::plugin::TargetAnswer* answer;
  std::string* breach;
  bool responded = false;
};

namespace thresher::plugin {
namespace {

void collect(thresher_exchange* exchange, const thresher_answer* answer) {
  if (exchange->responded) {
    *exchange->breach = "it answered twice";
    return;
  }
  exchange->responded = true;
  *exchange->breach = answer_breach(answer);
  if (!exchange->breach->empty()) return;
  exchange->answer->kind = static_cast<AnswerKind>(answer->kind);
  exchange->answer->after = Nanoseconds{answer->after_ns};
  exchange->answer->status = answer->status;
  exchange->answer->headers.assign(view_of(answer->headers));
  exchange->answer->body.assign(view_of(answer->body));
}

class PluginTarget final : public Target {
 public:
  PluginTarget(std::string name, const thresher_target& table, void* self)
      : name_(std::move(name)), table_(table), self_(self) {}

  ~PluginTarget() override {
    const CallScope call;
    if (const auto escaped = escaped_exception([this] { table_.destroy(self_); }))
      log::error("target {}: destroy {}", name_, *escaped);
  }
  PluginTarget(const PluginTarget&) = delete;
  PluginTarget& operator=(const PluginTarget&) = delete;

  TargetAnswer handle(const TargetRequest& request) override {
    const thresher_request seen{.struct_size = sizeof(thresher_request),
                                .port = request.port,
                                .reserved0 = 0,
                                .number = request.number,
                                .connection = request.connection,
                                .now_ns = request.now.count(),
                                .wall_ns = request.wall.time_since_epoch().count(),
                                .method = text_of(request.method),
                                .path = text_of(request.path),
                                .query = text_of(request.query),
                                .headers = text_of(request.headers),
                                .body = text_of(request.body)};
    TargetAnswer answer;
    std::string breach;
    thresher_exchange exchange{&answer, &breach};
    const CallScope call;
    const auto escaped = escaped_exception([&] { table_.handle(self_, &seen, &collect, &exchange); });
    if (escaped) return broken(request, "handle " + *escaped);
    if (call.failure()) return broken(request, *call.failure());
    if (!breach.empty()) return broken(request, "broke its contract: " + breach);
    if (!exchange.responded) return broken(request, "broke its contract: it did not answer");
    return answer;
  }

 private:
  TargetAnswer broken(const TargetRequest& request, std::string_view why) {
    std::string text =
        fmt::format("stand-in {} could not answer {} {}: {}\n", name_, request.method, request.path, why);
    // Said once: a plugin that fails usually fails for every request, and the 500s are counted and quoted by the run
    // anyway.
    if (!std::exchange(complained_, true)) log::warn("{}", trimmed(text));
    return {AnswerKind::whole, {}, 500, "Content-Type: text/plain; charset=utf-8\r\n", std::move(text)};
  }

  static std::string_view trimmed(std::string_view line) { return line.substr(0, line.size() - 1); }

  std::string name_;
  const thresher_target& table_;
  void* self_;
  bool complained_ = false;
};

class PluginTargetType final : public TargetType {
 public:
  PluginTargetType(const Library& library, const thresher_target& table, std::vector<Endpoint> endpoints,
                   OptionSchema schema)
      : library_(library), table_(table), endpoints_(std::move(endpoints)), schema_(std::move(schema)) {}

  std::string name() const override { return string_of(table_.name); }
  std::string summary() const override { return string_of(table_.summary); }
  std::vector<Endpoint> endpoints() const override { return endpoints_; }
  std::string options_json() const override { return schema_.json(); }

  Result<std::unique_ptr<Target>> create(std::string_view json, std::uint64_t seed) const override {
    auto config = schema_.resolve(json);
    if (!config) {
      config.error().message = fmt::format("target {}: {}", name(), config.error().message);
      return fail(std::move(config.error()));
    }
    void* self = nullptr;
    const CallScope call;
    const auto escaped = escaped_exception([&] { self = table_.create(library_.host->table(), &*config, seed); });
    // From here the instance, if there is one, belongs to `target`, which destroys it on every way out.
    auto target = self ? std::make_unique<PluginTarget>(name(), table_, self) : nullptr;
    if (escaped) return refuse("create " + *escaped);
    if (call.failure()) return refuse(*call.failure());
    if (!config->misuse().empty()) return refuse(config->misuse());
    if (!target) return refuse("create returned NULL without saying why");
    return target;
  }

 private:
  tl::unexpected<Error> refuse(std::string_view why) const {
    return fail(ErrorCode::plugin, fmt::format("target {} (plugin \"{}\"): {}", name(), library_.path.string(), why));
  }

  Library library_;
  const thresher_target& table_;
  std::vector<Endpoint> endpoints_;
  OptionSchema schema_;
};

Result<std::vector<Endpoint>> read_endpoints(const thresher_target& target) {
  std::vector<Endpoint> all;
  if (target.endpoint_count == 0 || !target.endpoints) return fail(ErrorCode::plugin, "declares no endpoint");
  const std::uint32_t size = target.endpoints->struct_size;
  if (size < sizeof(thresher_endpoint))
    return fail(ErrorCode::plugin,
                fmt::format("has a thresher_endpoint of {} bytes; ABI 1.0 has {}", size, sizeof(thresher_endpoint)));
  for (std::size_t i = 0; i < target.endpoint_count; ++i) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(target.endpoints) + i * size;
    const auto& endpoint = *reinterpret_cast<const thresher_endpoint*>(bytes);
    if (endpoint.struct_size != size)
      return fail(ErrorCode::plugin, fmt::format("has endpoints of different struct_size, from number {} on", i + 1));
    if (!is_name(endpoint.name))
      return fail(ErrorCode::plugin, fmt::format("declares an endpoint with the name \"{}\"", view_of(endpoint.name)));
    if (endpoint.port == 0)
      return fail(ErrorCode::plugin, fmt::format("declares the endpoint {} without a port", view_of(endpoint.name)));
    for (const Endpoint& earlier : all)
      if (earlier.port == endpoint.port)
        return fail(ErrorCode::plugin, fmt::format("declares port {} for both {} and {}", endpoint.port, earlier.name,
                                                   view_of(endpoint.name)));
    all.push_back({string_of(endpoint.name), endpoint.port});
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<TargetType>> adapt_target(const Library& library, const thresher_target* target) {
  if (!target) return fail(ErrorCode::plugin, "has a NULL in its table of targets");
  if (target->struct_size < sizeof(thresher_target))
    return fail(ErrorCode::plugin, fmt::format("has a thresher_target of {} bytes; ABI 1.0 has {}", target->struct_size,
                                               sizeof(thresher_target)));
  if (!is_name(target->name))
    return fail(
        ErrorCode::plugin,
        fmt::format("calls a target \"{}\"; names are lower case letters, digits, '_' and '-'", view_of(target->name)));
  const auto blame = [&](Error error) {
    error.message = fmt::format("target {} {}", view_of(target->name), error.message);
    return fail(std::move(error));
  };
  if (!target->create || !target->handle || !target->destroy)
    return blame({ErrorCode::plugin, "lacks create, handle or destroy", {}});
  auto endpoints = read_endpoints(*target);
  if (!endpoints) return blame(std::move(endpoints.error()));
  auto schema = OptionSchema::read(target->options, target->option_count);
  if (!schema) return blame(std::move(schema.error()));
  return std::make_unique<PluginTargetType>(library, *target, std::move(*endpoints), std::move(*schema));
}

}  // namespace thresher::plugin
