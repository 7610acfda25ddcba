#include "creative.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "breakdown.h"
#include "identity.h"
#include "prose.h"

namespace leveredge {
namespace {

/// The paths of the public suite that these services do not have: whatever object comes is work done.
void add_suite_path(Router& router, const char* path, const LatencyScales& scales) {
  router.post_json(path, [path, scale = scales.creative](Call& call, const Json& body) {
    return reply(200, Json{{"id", short_id("work", call.random)},
                           {"status", "completed"},
                           {"path", path},
                           {"type", body.contains("type") ? body["type"] : Json(nullptr)}})
        .later(call.after(scale));
  });
}

/// The number of words that `length` asks for: itself, or short, medium, long.
std::optional<std::size_t> words_wanted(const Json& body) {
  const auto length = body.find("length");
  if (length == body.end() || length->is_null()) return 120;
  if (length->is_number_unsigned()) {
    const auto words = length->get<std::uint64_t>();
    if (words >= 1 && words <= 5000) return words;
    return std::nullopt;
  }
  if (*length == "short") return 60;
  if (*length == "medium") return 200;
  if (*length == "long") return 800;
  return std::nullopt;
}

struct Size {
  int width, height;
};

struct Design {
  std::string_view what;
  Size size;
};

constexpr std::array<Design, 8> kDesigns{{{"presentation", {1920, 1080}},
                                          {"document", {1240, 1754}},
                                          {"chart", {1200, 800}},
                                          {"thumbnail", {1280, 720}},
                                          {"layout", {1200, 630}},
                                          {"landing-page", {1440, 3200}},
                                          {"ui-component", {512, 512}},
                                          {"wireframe", {1440, 900}}}};

}  // namespace

void Muse::add_routes(Router& router) {
  router.post_json("/projects/create", [this](Call& call, const Json& body) { return create(call, body); });
  if (!conduct_.suite_paths) return;
  for (const char* path : {"/create", "/batch"}) add_suite_path(router, path, conduct_.scales);
}

thresher::Answer Muse::create(Call& call, const Json& body) {
  for (const char* field : {"type", "brief"})
    if (!body.contains(field)) return missing("body", field);
  const std::string type = text_at(body, "type"), brief = text_at(body, "brief");
  if (!is_project_type(type))
    return invalid("body", "type", "Input should be 'presentation', 'document', 'image', 'video' or 'social'");
  if (brief.empty()) return invalid("body", "brief", "String should have at least 1 character");
  Json tasks = task_breakdown(type, brief);
  if (call.random.chance(conduct_.faults.bad_breakdown)) spoil(tasks, call.random);
  if (call.random.chance(conduct_.faults.empty_answer)) tasks = Json::array();
  return reply(200, Json{{"project_id", short_id("project", call.random)},
                         {"status", "created"},
                         {"task_breakdown", std::move(tasks)}})
      .later(call.after(conduct_.scales.creative));
}

void Calliope::add_routes(Router& router) {
  router.post_json("/write", [this](Call& call, const Json& body) { return write(call, body); });
  if (conduct_.suite_paths) add_suite_path(router, "/create", conduct_.scales);
}

thresher::Answer Calliope::write(Call& call, const Json& body) {
  for (const char* field : {"type", "brief"})
    if (text_at(body, field).empty()) return missing("body", field);
  const auto words = words_wanted(body);
  if (!words) return invalid("body", "length", "Input should be short, medium, long or 1 to 5000 words");
  const bool empty = call.random.chance(conduct_.faults.empty_answer);
  const std::string content = empty ? std::string() : prose_about(text_at(body, "brief"), *words, call.random);
  return reply(200, Json{{"status", "completed"},
                         {"type", text_at(body, "type")},
                         {"tone", body.contains("tone") ? body["tone"] : Json("professional")},
                         {"content", content},
                         {"word_count", count_words(content)}})
      .later(call.after(conduct_.scales.creative));
}

void Thalia::add_routes(Router& router) {
  for (const Design& each : kDesigns)
    router.post_json(fmt::format("/design/{}", each.what),
                     [this, what = each.what](Call& call, const Json& body) { return design(call, body, what); });
  if (conduct_.suite_paths) add_suite_path(router, "/design", conduct_.scales);
}

thresher::Answer Thalia::design(Call& call, const Json& body, std::string_view what) {
  if (text_at(body, "brief").empty()) return missing("body", "brief");
  const auto known =
      std::find_if(kDesigns.begin(), kDesigns.end(), [&](const Design& each) { return each.what == what; });
  const std::string id = short_id("design", call.random);
  const bool empty = call.random.chance(conduct_.faults.empty_answer);
  return reply(200, Json{{"design_id", id},
                         {"status", "completed"},
                         {"design_type", what},
                         {"asset_url", empty ? std::string() : fmt::format("/assets/{}.png", id)},
                         {"dimensions", {{"width", known->size.width}, {"height", known->size.height}}}})
      .later(call.after(conduct_.scales.creative));
}

void Clio::add_routes(Router& router) {
  router.post_json("/review", [this](Call& call, const Json& body) { return review(call, body); });
  if (!conduct_.suite_paths) return;
  add_suite_path(router, "/assets", conduct_.scales);
  router.get("/assets", [scale = conduct_.scales.event](Call& call) {
    return reply(200, Json{{"assets", Json::array()}, {"count", 0}}).later(call.after(scale));
  });
}

thresher::Answer Clio::review(Call& call, const Json& body) {
  if (text_at(body, "content").empty()) return missing("body", "content");
  const double score = std::round(60 + 40 * call.random.uniform());
  const bool empty = call.random.chance(conduct_.faults.empty_answer);
  Json issues = Json::array();
  if (score < 75) issues.push_back({{"severity", "minor"}, {"description", "the opening says little"}});
  return reply(200, Json{{"review_id", short_id("review", call.random)},
                         {"status", "completed"},
                         {"approved", empty ? Json(nullptr) : Json(score >= 75)},
                         {"score", empty ? Json(nullptr) : Json(score)},
                         {"issues", issues}})
      .later(call.after(conduct_.scales.creative));
}

}  // namespace leveredge
