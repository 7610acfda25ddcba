#include "plugin/target_adaptor.h"

#include <fmt/format.h>

#include "base/log.h"
#include "plugin/adaptor.h"
#include "plugin/answer_check.h"
#include "plugin/table_array.h"
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
  if (answer->kind != THRESHER_ANSWER_STREAM) return;
  const auto chunks = read_chunks(*answer);  // answer_breach() has found it sound
  exchange->answer->pieces.reserve(chunks->size());
  for (const thresher_chunk* chunk : *chunks)
    exchange->answer->pieces.push_back({Nanoseconds{chunk->after_ns}, string_of(chunk->bytes)});
  exchange->answer->stream_end = static_cast<StreamEnd>(answer->stream_end);
}

class PluginTarget final : public Target {
 public:
  PluginTarget(std::string name, const thresher_target& table, Instance instance)
      : name_(std::move(name)), table_(table), instance_(std::move(instance)) {}

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
    if (const auto problem = call_plugin("handle", [&] { table_.handle(instance_.get(), &seen, &collect, &exchange); }))
      return broken(request, *problem);
    if (!exchange.responded) breach = "it did not answer";
    if (!breach.empty()) return broken(request, std::string(kBreach) + breach);
    return answer;
  }

 private:
  TargetAnswer broken(const TargetRequest& request, std::string_view why) {
    std::string text =
        fmt::format("stand-in {} could not answer {} {}: {}\n", name_, request.method, request.path, why);
    // Said once: a plugin that fails usually fails for every request, and the 500s are counted and quoted by the run
    // anyway.
    if (!std::exchange(complained_, true)) log::warn("{}", trimmed(text));
    return {AnswerKind::whole,
            {},
            500,
            "Content-Type: text/plain; charset=utf-8\r\n",
            std::move(text),
            tells_breach(why) ? std::string(why) : std::string()};
  }

  static std::string_view trimmed(std::string_view line) { return line.substr(0, line.size() - 1); }

  std::string name_;
  const thresher_target& table_;
  Instance instance_;
  bool complained_ = false;
};

class PluginTargetType final : public TargetType {
 public:
  PluginTargetType(Origin origin, const thresher_target& table, std::vector<Endpoint> endpoints, OptionSchema schema)
      : origin_(std::move(origin)), table_(table), endpoints_(std::move(endpoints)), schema_(std::move(schema)) {}

  std::string name() const override { return origin_.name; }
  std::string summary() const override { return string_of(table_.summary); }
  std::vector<Endpoint> endpoints() const override { return endpoints_; }
  std::string options_json() const override { return schema_.json(); }

  Result<std::unique_ptr<Target>> create(std::string_view json, std::uint64_t seed) const override {
    auto instance = create_instance(
        origin_, schema_, json, table_.destroy,
        [&](const thresher_host* host, const thresher_config* config) { return table_.create(host, config, seed); });
    if (!instance) return fail(std::move(instance.error()));
    return std::make_unique<PluginTarget>(name(), table_, std::move(*instance));
  }

 private:
  Origin origin_;
  const thresher_target& table_;
  std::vector<Endpoint> endpoints_;
  OptionSchema schema_;
};

Result<std::vector<Endpoint>> read_endpoints(const thresher_target& target) {
  if (target.endpoint_count == 0 || !target.endpoints) return fail(ErrorCode::plugin, "declares no endpoint");
  const auto declared = read_array(target.endpoints, target.endpoint_count, "thresher_endpoint", "endpoints", "1.0");
  if (!declared) return fail(declared.error());
  std::vector<Endpoint> all;
  for (const thresher_endpoint* endpoint : *declared) {
    const std::string name = string_of(endpoint->name);
    if (!is_name(endpoint->name))
      return fail(ErrorCode::plugin, fmt::format("declares an endpoint with the name \"{}\"", name));
    if (endpoint->port == 0)
      return fail(ErrorCode::plugin, fmt::format("declares the endpoint {} without a port", name));
    for (const Endpoint& earlier : all)
      if (earlier.port == endpoint->port)
        return fail(ErrorCode::plugin,
                    fmt::format("declares port {} for both {} and {}", endpoint->port, earlier.name, name));
    all.push_back({name, endpoint->port});
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<TargetType>> adapt_target(const Library& library, const thresher_target* target) {
  if (auto problem = table_problem(target, "thresher_target", "target", "1.0"); !problem.empty())
    return fail(ErrorCode::plugin, std::move(problem));
  Origin origin{"target", string_of(target->name), library};
  if (!target->create || !target->handle || !target->destroy)
    return origin.declaration({ErrorCode::plugin, "lacks create, handle or destroy", {}});
  auto endpoints = read_endpoints(*target);
  if (!endpoints) return origin.declaration(std::move(endpoints.error()));
  auto schema = OptionSchema::read(target->options, target->option_count);
  if (!schema) return origin.declaration(std::move(schema.error()));
  return std::make_unique<PluginTargetType>(std::move(origin), *target, std::move(*endpoints), std::move(*schema));
}

}  // namespace thresher::plugin
