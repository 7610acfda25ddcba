#include "service/openapi.h"

#include <fmt/format.h>

#include "base/text.h"
#include "service/answer.h"

namespace thresher::service {
namespace {

/// The endpoints' texts are ours or checked by the plugin host: they parse.
Json parsed(std::string_view text) { return Json::parse(text); }

Json reference(std::string_view component) { return {{"$ref", fmt::format("#/components/{}", component)}}; }

/// A declared option is a JSON schema but for its description, which belongs beside it.
Json parameter_of(const std::string& name, Json schema, std::string_view where) {
  Json parameter{{"name", name}, {"in", where}, {"required", where == "path"}};
  if (const auto text = schema.find("description"); text != schema.end()) {
    parameter["description"] = *text;
    schema.erase("description");
  }
  parameter["schema"] = std::move(schema);
  return parameter;
}

Json parameters_of(const Endpoint& endpoint) {
  Json parameters = Json::array();
  if (endpoint.path.find("{id}") != std::string::npos)
    parameters.push_back(parameter_of("id", {{"type", "string"}, {"description", "as given when it began"}}, "path"));
  if (endpoint.parameters.empty()) return parameters;
  const Json declared = parsed(endpoint.parameters);
  for (const auto& [name, schema] : declared.items()) parameters.push_back(parameter_of(name, schema, "query"));
  return parameters;
}

Json body_of(const Endpoint& endpoint) {
  Json schema{{"type", "object"}, {"properties", parsed(endpoint.body)}};
  Json content{{"schema", std::move(schema)}};
  if (!endpoint.example.empty()) content["example"] = parsed(endpoint.example);
  return {{"required", false}, {"content", {{"application/json", std::move(content)}}}};
}

Json answers_of(const Endpoint& endpoint) {
  Json schema = endpoint.answer.empty() ? Json{{"type", "string"}} : parsed(endpoint.answer);
  Json answers = Json::object();
  answers[std::to_string(endpoint.status)] = {{"description", endpoint.summary},
                                              {"content", {{endpoint.media_type, {{"schema", std::move(schema)}}}}}};
  if (!endpoint.parameters.empty() || !endpoint.body.empty()) answers["400"] = reference("responses/Problem");
  for (const std::string& status : split(endpoint.failures, " ")) answers[status] = reference("responses/Problem");
  answers["401"] = reference("responses/Problem");
  return answers;
}

std::string operation_id(const Endpoint& endpoint) {
  std::string id = endpoint.method;
  for (const char c : endpoint.path) {
    if (c == '/' || c == '-' || c == '.') {
      if (id.back() != '_') id += '_';
    } else if (c != '{' && c != '}') {
      id += c;
    }
  }
  if (id.back() == '_') id.pop_back();
  return id;
}

Json components() {
  const Json problem{
      {"type", "object"},
      {"required", {"detail"}},
      {"properties", {{"detail", {{"type", "string"}, {"description", "what is wrong and what is right"}}}}}};
  return {{"schemas", {{"Problem", problem}}},
          {"responses",
           {{"Problem",
             {{"description", "what went wrong"},
              {"content", {{"application/json", {{"schema", reference("schemas/Problem")}}}}}}}}},
          {"securitySchemes",
           {{"token", {{"type", "http"}, {"scheme", "bearer"}, {"description", "when THRESHER_TOKEN is set"}}}}}};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

constexpr std::string_view kStyle = R"css(:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
dt { margin-top: .8rem; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
dd { margin: 0 0 0 1.5rem; }
small { opacity: .75; }
a { color: inherit; }
)css";

/// "seed (12345), scale small|medium|large (small)".
std::string options_text(const std::string& json) {
  if (json.empty()) return {};
  std::string text;
  const Json declared = parsed(json);
  for (const auto& [name, schema] : declared.items()) {
    text += text.empty() ? "" : ", ";
    text += name;
    if (const auto choices = schema.find("enum"); choices != schema.end()) {
      std::string_view separator = " ";
      for (const Json& choice : *choices) {
        text.append(separator).append(choice.get<std::string>());
        separator = "|";
      }
    } else if (schema.contains("minimum") && schema.contains("maximum")) {
      text += fmt::format(" {}..{}", json_text(schema["minimum"]), json_text(schema["maximum"]));
    }
    if (const auto initial = schema.find("default"); initial != schema.end())
      text += fmt::format(" ({})", initial->is_string() ? initial->get<std::string>() : json_text(*initial));
  }
  return text;
}

std::string entry(const Endpoint& endpoint) {
  const bool is_link = endpoint.method == "GET" && endpoint.path.find('{') == std::string::npos;
  const std::string path = escaped(endpoint.path);
  std::string text = fmt::format("<dt>{} ", escaped(endpoint.method));
  text += is_link ? fmt::format("<a href=\"{0}\">{0}</a>", path) : path;
  text += fmt::format("</dt>\n<dd>{}", escaped(endpoint.summary));
  for (const std::string& options : {endpoint.parameters, endpoint.body})
    if (const std::string shown = options_text(options); !shown.empty())
      text += fmt::format("<br><small>{}</small>", escaped(shown));
  return text + "</dd>\n";
}

}  // namespace

std::string openapi_document(std::span<const Endpoint> endpoints, std::string_view version,
                             const ServiceTitle& service) {
  Json paths = Json::object();
  for (const Endpoint& endpoint : endpoints) {
    if (!endpoint.listed) continue;
    Json operation{{"operationId", operation_id(endpoint)}, {"summary", endpoint.summary}, {"tags", {endpoint.tag}}};
    if (Json parameters = parameters_of(endpoint); !parameters.empty()) operation["parameters"] = std::move(parameters);
    if (!endpoint.body.empty()) operation["requestBody"] = body_of(endpoint);
    operation["responses"] = answers_of(endpoint);
    std::string method = endpoint.method;
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    paths[endpoint.path][method] = std::move(operation);
  }
  return json_text({{"openapi", "3.1.0"},
                    {"info", {{"title", service.title}, {"version", version}, {"description", service.description}}},
                    {"security", Json::array({Json::object(), {{"token", Json::array()}}})},
                    {"paths", std::move(paths)},
                    {"components", components()}});
}

std::string contents_page(std::span<const Endpoint> endpoints, std::string_view version) {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Thresher's oracle</title>\n<meta "
      "name=\"viewport\" content=\"width=device-width\">\n<link rel=\"stylesheet\" href=\"{}\">\n<h1>Thresher's "
      "oracle</h1>\n<p>Version {}. What follows is also <a href=\"/openapi.json\">an OpenAPI document</a>.</p>\n",
      kStylePath, escaped(version));
  std::string_view tag;
  for (const Endpoint& endpoint : endpoints) {
    if (!endpoint.listed) continue;
    if (endpoint.tag != tag) {
      if (!tag.empty()) page += "</dl>\n";
      tag = endpoint.tag;
      page += fmt::format("<h2>{}</h2>\n<dl>\n", escaped(tag));
    }
    page += entry(endpoint);
  }
  return page + "</dl>\n</html>\n";
}

std::string_view contents_page_style() { return kStyle; }

std::string_view contents_page_headers() {
  return "Content-Type: text/html; charset=utf-8\r\n"
         "Content-Security-Policy: default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'\r\n"
         "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n";
}

}  // namespace thresher::service
