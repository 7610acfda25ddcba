#include "service/live/planning_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"

namespace thresher::service {
namespace {

constexpr std::string_view kSelection =
    R"({"type":"object","required":["command_line","arguments","problem"],
        "properties":{"command_line":{"type":"string"},"arguments":{"type":"array"},"plan":{"type":["object","null"]}}})";
constexpr std::string_view kCatalogue = R"({"type":"object","required":["files","profiles","stand_ins","executors"]})";

/// Where a message's line is named, such as "light.toml:9: ": how long that is; 0: nowhere.
std::size_t place_in(std::string_view message) {
  const std::size_t end = message.find(": ");
  if (end == std::string_view::npos) return 0;
  const std::string_view place = message.substr(0, end);
  const std::size_t colon = place.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == place.size()) return 0;
  const bool numbered = place.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return numbered && place.find_first_of(" '") == std::string_view::npos ? end : 0;
}

Json problem(std::string_view message, std::string_view where) {
  return {{"message", message}, {"where", where.empty() ? Json(nullptr) : Json(where)}};
}

/// What a dry run printed, in the form of /api/selection.
Json selection_of(const Form& form, const Result<HelperAnswer>& answer) {
  const std::vector<std::string> arguments = arguments_of(form);
  Json selection = {{"command_line", command_line_of(arguments)},
                    {"arguments", arguments},
                    {"problem", nullptr},
                    {"plan", nullptr},
                    {"thresholds", Json::array()},
                    {"curve", Json::array()},
                    {"stand_ins_needed", Json::array()}};
  if (!answer) {
    selection["problem"] = problem(answer.error().message, answer.error().where);
    return selection;
  }
  const Json printed = Json::parse(answer->output, nullptr, false);
  if (!printed.is_object()) {
    selection["problem"] = problem_of(answer->errors);
    return selection;
  }
  for (const char* name : {"problem", "plan", "thresholds", "curve", "stand_ins_needed"})
    if (const auto member = printed.find(name); member != printed.end()) selection[name] = *member;
  return selection;
}

}  // namespace

Json problem_of(std::string_view errors) {
  constexpr std::string_view kName = "thresher: ";
  std::string_view message = trim(errors);
  if (const std::size_t begin = message.find(kName); begin != std::string_view::npos)
    message.remove_prefix(begin + kName.size());
  if (message.empty()) message = "it ended without a word";
  const std::size_t place = place_in(message);
  return problem(message.substr(place == 0 ? 0 : place + 2), message.substr(0, place));
}

/// A catalogue under construction, owned by the helpers that fill it.
struct PlanningApi::Catalogue {
  std::shared_ptr<http::Responder> responder;  ///< shared with the helper that is at work
  Json answer;
  std::vector<std::string> files;     ///< as listed
  std::map<std::string, Json> found;  ///< by file: its scenarios, or its problem
  std::vector<std::string> left;      ///< one by one, last first

  void add(const std::string& file, Json scenarios, Json what_is_wrong) {
    found[file] = {{"file", file}, {"problem", std::move(what_is_wrong)}, {"scenarios", std::move(scenarios)}};
  }
  void finish() {
    Json all = Json::array();
    for (const std::string& file : files)
      if (const auto entry = found.find(file); entry != found.end()) all.push_back(std::move(entry->second));
    answer["files"] = std::move(all);
    answer_json(*responder, 200, answer);
  }
};

PlanningApi::PlanningApi(event::Loop& loop, const Program& program, PageDocuments& documents)
    : loop_(loop), program_(program), documents_(documents), alive_(std::make_shared<bool>(true)) {}

PlanningApi::~PlanningApi() { *alive_ = false; }

void PlanningApi::add_to(Router& router) {
  Endpoint selection;
  selection.method = "POST";
  selection.path = "/api/selection";
  selection.tag = "planning";
  selection.summary = "What a form means: the plan, the command line; nothing is sent anywhere";
  selection.body = form_members();
  selection.example = R"({"files":["scripts/health_checks.lua"],"profile":"light"})";
  selection.answer = kSelection;
  selection.failures = "503";
  selection.handle = [this](Call& call) { select(call); };
  router.add(std::move(selection));

  Endpoint catalogue;
  catalogue.method = "GET";
  catalogue.path = "/api/catalogue";
  catalogue.tag = "planning";
  catalogue.summary = "Scenario files with their tasks and tags, profiles, stand-ins";
  catalogue.answer = kCatalogue;
  catalogue.failures = "503";
  catalogue.handle = [this](Call& call) { answer_catalogue(call); };
  router.add(std::move(catalogue));
}

void PlanningApi::help(const std::shared_ptr<http::Responder>& asker, std::vector<std::string> arguments, Done done) {
  if (helpers_.size() >= kMostHelpers)
    return answer_error(*asker, 503, "too many forms are being looked at; ask again in a moment", "Retry-After: 1\r\n");
  const auto place = helpers_.emplace(helpers_.end());
  const auto drop = [this, alive = alive_, place, dropped = std::make_shared<bool>(false)] {
    if (!*alive || std::exchange(*dropped, true)) return;
    helpers_.erase(place);
  };
  *place = Helper::start(loop_, program_, std::move(arguments), kLimit,
                         [asker, drop, done = std::move(done)](Result<HelperAnswer> answer) {
                           asker->on_gone({});
                           drop();
                           done(std::move(answer));
                         });
  asker->on_gone(drop);
}

void PlanningApi::select(Call& call) {
  auto form = parse_form(call.request.body);
  if (!form) return answer_error(*call.responder, 400, form.error().message);
  const std::shared_ptr<http::Responder> responder = std::move(call.responder);
  std::vector<std::string> arguments = arguments_of(*form);
  arguments.emplace_back("--dry-run");
  help(responder, std::move(arguments), [responder, asked = std::move(*form)](const Result<HelperAnswer>& answer) {
    answer_json(*responder, 200, selection_of(asked, answer));
  });
}

void PlanningApi::answer_catalogue(Call& call) {
  const auto catalogue = std::make_shared<Catalogue>();
  catalogue->responder = std::move(call.responder);
  catalogue->answer = {{"files", Json::array()}};
  Json choices = Json::parse(documents_.choices());  // items() only refers to it
  for (auto& [name, value] : choices.items()) catalogue->answer[name] = std::move(value);
  catalogue->files = documents_.scenario_files();
  if (catalogue->files.empty()) return catalogue->finish();
  list_files(catalogue, catalogue->files);
}

/// All at once, which is one start of a program; one by one when that fails, so that a broken file hides no other.
void PlanningApi::list_files(const std::shared_ptr<Catalogue>& catalogue, std::vector<std::string> files) {
  std::vector<std::string> arguments{"list", "--json"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  help(catalogue->responder, std::move(arguments),
       [this, alive = alive_, catalogue, files = std::move(files)](const Result<HelperAnswer>& answer) {
         if (!*alive) return;
         const Json printed = answer ? Json::parse(answer->output, nullptr, false) : Json();
         if (printed.is_object()) {
           for (const std::string& file : files) {
             Json scenarios = Json::array();
             for (const Json& scenario : printed.value("scenarios", Json::array()))
               if (scenario.value("file", "") == file) scenarios.push_back(scenario);
             catalogue->add(file, std::move(scenarios), nullptr);
           }
         } else if (files.size() == 1) {
           catalogue->add(files.front(), Json::array(),
                          answer ? problem_of(answer->errors) : problem(answer.error().message, ""));
         } else {
           catalogue->left.assign(files.rbegin(), files.rend());
         }
         list_next(catalogue);
       });
}

void PlanningApi::list_next(const std::shared_ptr<Catalogue>& catalogue) {
  if (catalogue->left.empty()) return catalogue->finish();
  std::string file = std::move(catalogue->left.back());
  catalogue->left.pop_back();
  list_files(catalogue, {std::move(file)});
}

}  // namespace thresher::service
