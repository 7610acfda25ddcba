#include "service/toxiproxy_json.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "http/headers.h"

namespace thresher::service {
namespace {

constexpr double kMostSeconds = 365.0 * 86'400;

auto refuse(int status, std::string error, std::string detail = {}) {
  return tl::unexpected<ToxiproxyRefusal>({status, std::move(error), std::move(detail)});
}
auto bad_body(const std::string& why) { return refuse(400, "bad request body: " + why); }

/// Null when there is none, or it is null.
const Json* member(const Json& document, std::string_view name) {
  for (const auto& [key, value] : document.items())
    if (http::equals_ignoring_case(key, name)) return value.is_null() ? nullptr : &value;
  return nullptr;
}

std::string shown(const Json& value) {
  const std::string text = json_text(value);
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

ToxiproxyResult<void> read_member(const Json& document, std::string_view name, std::string& into) {
  const Json* const value = member(document, name);
  if (value == nullptr) return {};
  if (!value->is_string()) return bad_body(fmt::format("{}: expected a string, got {}", name, shown(*value)));
  into = value->get<std::string>();
  return {};
}

ToxiproxyResult<void> read_member(const Json& document, std::string_view name, bool& into) {
  const Json* const value = member(document, name);
  if (value == nullptr) return {};
  if (!value->is_boolean()) return bad_body(fmt::format("{}: expected true or false, got {}", name, shown(*value)));
  into = value->get<bool>();
  return {};
}

ToxiproxyResult<void> read_member(const Json& document, std::string_view name, double& into) {
  const Json* const value = member(document, name);
  if (value == nullptr) return {};
  if (!value->is_number()) return bad_body(fmt::format("{}: expected a number, got {}", name, shown(*value)));
  into = value->get<double>();
  return {};
}

ToxiproxyResult<void> read_seconds(const Json& document, std::string_view name, Nanoseconds& into) {
  double seconds = -1;
  if (auto read = read_member(document, name, seconds); !read) return read;
  if (member(document, name) == nullptr) return {};
  if (!(seconds >= 0 && seconds <= kMostSeconds))
    return bad_body(fmt::format("schedule.{}: expected seconds from 0 to a year, got {}", name, seconds));
  into = Nanoseconds(std::llround(seconds * 1e9));
  return {};
}

ToxiproxyResult<void> read_schedule(const Json& document, proxy::Schedule& schedule) {
  const Json* const value = member(document, "schedule");
  if (value == nullptr) return {};
  if (!value->is_object())
    return bad_body("schedule: expected {\"from\": seconds, \"to\": seconds, \"every\": seconds}");
  for (const auto& [name, into] : {std::pair{"from", &schedule.from}, std::pair{"to", &schedule.to},
                                   std::pair{"every", &schedule.every}, std::pair{"spread", &schedule.spread}})
    if (auto read = read_seconds(*value, name, *into); !read) return read;
  return {};
}

ToxiproxyResult<void> read_attributes(const Json& document, proxy::Toxic& toxic) {
  const Json* const attributes = member(document, "attributes");
  if (attributes == nullptr) return {};
  if (!attributes->is_object())
    return bad_body(fmt::format("attributes: expected an object, got {}", shown(*attributes)));
  for (const auto& [name, value] : attributes->items()) {
    if (value.is_null()) continue;
    if (!value.is_number())
      return bad_body(fmt::format("attributes.{}: expected a number, got {}", name, shown(value)));
    if (const auto set = toxic.set(name, value.get<double>()); !set) return bad_body(set.error().message);
  }
  return {};
}

std::string type_names() {
  std::string names;
  for (int i = 0; i <= static_cast<int>(proxy::ToxicType::down); ++i)
    names.append(i == 0 ? "" : ", ").append(name_of(static_cast<proxy::ToxicType>(i)));
  return names;
}

/// A whole number without a fraction, as clients with integer types want it.
Json number_json(double value) {
  if (value == std::floor(value) && std::abs(value) <= 9e15) return static_cast<std::int64_t>(value);
  return value;
}

ToxiproxyResult<std::vector<proxy::Toxic>> read_toxics(const Json& document) {
  std::vector<proxy::Toxic> toxics;
  const Json* const list = member(document, "toxics");
  if (list == nullptr) return toxics;
  if (!list->is_array()) return bad_body("toxics: expected a list");
  for (const Json& each : *list) {
    if (!each.is_object()) return bad_body("toxics: expected a list of objects");
    auto toxic = read_toxic(each);
    if (!toxic) return tl::unexpected(std::move(toxic.error()));
    for (const proxy::Toxic& other : toxics)
      if (other.name == toxic->name) return refuse(409, "toxic already exists", fmt::format("'{}'", toxic->name));
    toxics.push_back(std::move(*toxic));
  }
  return toxics;
}

/// One proxy of a list, read.
struct Wanted {
  proxy::ProxyOptions options;
  std::vector<proxy::Toxic> toxics;
};

ToxiproxyResult<std::vector<Wanted>> read_list(std::string_view text, bool with_toxics) {
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return bad_body("expected a JSON list of proxies");
  std::vector<Wanted> all;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) return bad_body(fmt::format("proxy {}: expected an object", i + 1));
    Wanted wanted;
    if (auto read = read_proxy(list[i], wanted.options); !read) return tl::unexpected(std::move(read.error()));
    if (wanted.options.name.empty()) return refuse(400, fmt::format("missing required field: name at proxy {}", i + 1));
    if (wanted.options.upstream.empty())
      return refuse(400, fmt::format("missing required field: upstream at proxy {}", i + 1));
    if (!names.insert(wanted.options.name).second)
      return bad_body(fmt::format("two proxies are called '{}'", wanted.options.name));
    if (const auto listen = proxy::parse_listen(wanted.options.listen); !listen)
      return bad_body(listen.error().message);
    if (const auto upstream = proxy::parse_endpoint(wanted.options.upstream); !upstream)
      return bad_body(upstream.error().message);
    if (with_toxics) {
      auto toxics = read_toxics(list[i]);
      if (!toxics) return tl::unexpected(std::move(toxics.error()));
      wanted.toxics = std::move(*toxics);
    }
    all.push_back(std::move(wanted));
  }
  return all;
}

}  // namespace

ToxiproxyRefusal refusal_of(const Error& error) {
  if (error.code == ErrorCode::invalid_argument) return {400, "bad request body: " + error.message, {}};
  return {500, error.message, {}};
}

Json toxic_json(const proxy::Toxic& toxic) {
  Json attributes = Json::object();
  for (const proxy::Attribute& attribute : proxy::attributes_of(toxic.type))
    attributes[std::string(attribute.name)] = number_json(toxic.value(attribute.name));
  Json document{{"attributes", std::move(attributes)},
                {"name", toxic.name},
                {"type", name_of(toxic.type)},
                {"stream", name_of(toxic.stream)},
                {"toxicity", number_json(toxic.toxicity)}};
  if (toxic.per == proxy::Per::request) document["per"] = name_of(toxic.per);
  if (toxic.schedule == proxy::Schedule{}) return document;
  Json schedule{{"from", number_json(to_seconds(toxic.schedule.from))}};
  if (toxic.schedule.to != Nanoseconds::max()) schedule["to"] = number_json(to_seconds(toxic.schedule.to));
  if (toxic.schedule.every > Nanoseconds{}) schedule["every"] = number_json(to_seconds(toxic.schedule.every));
  if (toxic.schedule.spread > Nanoseconds{}) schedule["spread"] = number_json(to_seconds(toxic.schedule.spread));
  document["schedule"] = std::move(schedule);
  return document;
}

Json proxy_json(const proxy::Proxy& proxy) {
  Json toxics = Json::array();
  for (const proxy::Toxic* toxic : proxy.toxics()) toxics.push_back(toxic_json(*toxic));
  return {{"name", proxy.name()},
          {"listen", proxy.listen()},
          {"upstream", proxy.upstream()},
          {"enabled", proxy.enabled()},
          {"toxics", std::move(toxics)}};
}

ToxiproxyResult<Json> read_body(std::string_view body) {
  Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) return bad_body("it is no JSON");
  if (!document.is_object()) return bad_body(fmt::format("expected an object, got {}", shown(document)));
  return document;
}

ToxiproxyResult<void> read_proxy(const Json& document, proxy::ProxyOptions& options) {
  if (auto read = read_member(document, "name", options.name); !read) return read;
  if (auto read = read_member(document, "listen", options.listen); !read) return read;
  if (auto read = read_member(document, "upstream", options.upstream); !read) return read;
  return read_member(document, "enabled", options.enabled);
}

ToxiproxyResult<proxy::Toxic> read_toxic(const Json& document) {
  std::string name, type, stream, per;
  for (const auto& [key, into] :
       {std::pair{"name", &name}, std::pair{"type", &type}, std::pair{"stream", &stream}, std::pair{"per", &per}})
    if (auto read = read_member(document, key, *into); !read) return tl::unexpected(std::move(read.error()));
  const auto direction = proxy::direction(stream.empty() ? "downstream" : stream);
  if (!direction)
    return refuse(400, "stream was invalid, can be either upstream or downstream", fmt::format("'{}'", stream));
  const auto known = proxy::toxic_type(type);
  if (!known) return refuse(400, "invalid toxic type", fmt::format("'{}'; there are {}", type, type_names()));
  const auto unit = proxy::per(per.empty() ? "connection" : per);
  if (!unit) return bad_body(fmt::format("per: expected connection or request, got '{}'", per));

  proxy::Toxic toxic = proxy::Toxic::of(*known);
  toxic.stream = *direction;
  toxic.per = *unit;
  toxic.name = name.empty() ? proxy::default_name(toxic) : std::move(name);
  if (auto read = read_toxic_change(document, toxic); !read) return tl::unexpected(std::move(read.error()));
  return toxic;
}

ToxiproxyResult<void> read_toxic_change(const Json& document, proxy::Toxic& toxic) {
  if (auto read = read_member(document, "toxicity", toxic.toxicity); !read) return read;
  if (auto read = read_schedule(document, toxic.schedule); !read) return read;
  if (auto read = read_attributes(document, toxic); !read) return read;
  if (const auto checked = proxy::check(toxic); !checked) return bad_body(checked.error().message);
  return {};
}

ToxiproxyResult<std::vector<proxy::Proxy*>> populate(proxy::ProxySet& proxies, std::string_view list,
                                                     bool with_toxics) {
  auto wanted = read_list(list, with_toxics);
  if (!wanted) return tl::unexpected(std::move(wanted.error()));
  std::vector<proxy::Proxy*> made;
  for (Wanted& each : *wanted) {
    const auto proxy = proxies.add_or_replace(std::move(each.options));
    if (!proxy) return tl::unexpected(refusal_of(proxy.error()));
    if (with_toxics) (*proxy)->remove_all();
    for (proxy::Toxic& toxic : each.toxics)
      if (const auto added = (*proxy)->add(std::move(toxic)); !added) return tl::unexpected(refusal_of(added.error()));
    made.push_back(*proxy);
  }
  return made;
}

}  // namespace thresher::service
