#include "breakdown.h"

#include <fmt/format.h>

#include <span>

namespace leveredge {
namespace {

struct Part {
  std::string_view id, agent, type, what;
  std::initializer_list<std::string_view> needs;
};

std::span<const Part> parts_of(std::string_view project) {
  static const Part kPresentation[] = {{"outline", "muse", "outline", "the outline", {}},
                                       {"copy", "calliope", "write", "the slides' text", {"outline"}},
                                       {"charts", "thalia", "chart", "the charts", {"outline"}},
                                       {"slides", "thalia", "presentation", "the slides", {"copy", "charts"}},
                                       {"review", "clio", "review", "a review of the whole", {"slides"}}};
  static const Part kDocument[] = {{"outline", "muse", "outline", "the outline", {}},
                                   {"text", "calliope", "write", "the text", {"outline"}},
                                   {"layout", "thalia", "document", "the layout", {"text"}},
                                   {"review", "clio", "review", "a review of the whole", {"text", "layout"}}};
  static const Part kImage[] = {{"concept", "muse", "concept", "the concept", {}},
                                {"image", "thalia", "layout", "the image", {"concept"}},
                                {"review", "clio", "review", "a review of the image", {"image"}}};
  static const Part kVideo[] = {{"script", "calliope", "write", "the script", {}},
                                {"storyboard", "thalia", "wireframe", "the storyboard", {"script"}},
                                {"thumbnail", "thalia", "thumbnail", "the thumbnail", {"script"}},
                                {"footage", "erato", "produce", "the footage", {"storyboard"}},
                                {"review", "clio", "review", "a review of the cut", {"footage", "thumbnail"}}};
  static const Part kSocial[] = {{"angle", "muse", "concept", "the angle", {}},
                                 {"post", "calliope", "write", "the post", {"angle"}},
                                 {"banner", "thalia", "layout", "the banner", {"angle"}},
                                 {"review", "clio", "review", "a review of both", {"post", "banner"}}};
  if (project == "presentation") return kPresentation;
  if (project == "document") return kDocument;
  if (project == "image") return kImage;
  if (project == "video") return kVideo;
  if (project == "social") return kSocial;
  return {};
}

}  // namespace

bool is_project_type(std::string_view type) { return !parts_of(type).empty(); }

Json task_breakdown(std::string_view type, std::string_view brief) {
  Json tasks = Json::array();
  for (const Part& part : parts_of(type)) {
    Json needs = Json::array();
    for (const std::string_view need : part.needs) needs.push_back(need);
    tasks.push_back({{"task_id", part.id},
                     {"agent", part.agent},
                     {"task_type", part.type},
                     {"description", fmt::format("{} for: {}", part.what, brief)},
                     {"depends_on", needs}});
  }
  return tasks;
}

void spoil(Json& breakdown, thresher::Random& random) {
  Json& first = breakdown.front();
  Json& last = breakdown.back();
  switch (random.below(4)) {
    case 0:
      first["depends_on"].push_back(last["task_id"]);
      break;
    case 1:
      last["depends_on"].push_back("nowhere");
      break;
    case 2:
      last["task_id"] = first["task_id"];
      break;
    default:
      first["depends_on"].push_back(first["task_id"]);
  }
}

}  // namespace leveredge
