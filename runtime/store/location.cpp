#include "store/location.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>

namespace thresher::store {
namespace {

using ConnectionOptions = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// Built from the parts libpq understood, so that a password cannot slip through.
Result<Location> parse_postgres(const std::string& url) {
  // libpq's own message quotes the part it stumbled over, and that part is often the password.
  const auto refuse = [](std::string_view why) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the PostgreSQL URL {}; expected postgresql://user:password@host:5432/database, with "
                            "characters such as @ : / % in the password written as %40 %3A %2F %25",
                            why));
  };
  char* problem = nullptr;
  const ConnectionOptions options(PQconninfoParse(url.c_str(), &problem), PQconninfoFree);
  PQfreemem(problem);
  if (!options) return refuse("cannot be read");

  std::map<std::string, std::string> parts;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) parts[option->keyword] = option->val;
  // An @ in the password that was not escaped ends up here, with the rest of the password before it.
  if (parts["host"].find('@') != std::string::npos || parts["dbname"].find('@') != std::string::npos)
    return refuse("has more than one @");

  Location location{.kind = Location::Kind::postgres, .target = url, .shown = "postgresql://", .named = true};
  if (!parts["user"].empty()) location.shown += parts["user"] + "@";
  location.shown += parts["host"];
  if (!parts["port"].empty()) location.shown += ":" + parts["port"];
  location.shown += "/" + parts["dbname"];
  return location;
}

/// `what` for whom, and the variable that names another place.
Result<std::filesystem::path> data_home(std::string_view what, std::string_view way_out) {
  const std::filesystem::path xdg = variable("XDG_DATA_HOME");
  if (xdg.is_absolute()) return xdg;
  std::filesystem::path home = variable("HOME");
  if (home.empty()) {
    const passwd* entry = ::getpwuid(::getuid());
    if (entry != nullptr && entry->pw_dir != nullptr) home = entry->pw_dir;
  }
  if (!home.is_absolute())
    return fail(ErrorCode::not_found,
                fmt::format("no folder for the {}: set HOME, XDG_DATA_HOME or {}", what, way_out));
  return home / ".local" / "share";
}

}  // namespace

Result<Location> parse_location(std::string_view text) {
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) return parse_postgres(std::string(text));
  if (text.starts_with("sqlite:")) text.remove_prefix(std::string_view("sqlite:").size());
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("a run history cannot be kept in '{}://...'; expected postgresql://..., sqlite:FILE or a path",
                    text.substr(0, scheme)));
  if (text.empty()) return fail(ErrorCode::invalid_argument, "the run history's path is empty");
  return Location{
      .kind = Location::Kind::sqlite, .target = std::string(text), .shown = std::string(text), .named = true};
}

Result<Location> locate_history() {
  if (const std::string url = variable("DATABASE_URL"); !url.empty()) {
    auto location = parse_location(url);
    if (!location) location.error().where = "DATABASE_URL";
    return location;
  }
  auto folder = data_home("run history", "DATABASE_URL");
  if (!folder) return fail(std::move(folder.error()));
  const std::string path = *folder / "thresher" / "history.db";
  return Location{.kind = Location::Kind::sqlite, .target = path, .shown = path, .named = false};
}

Result<std::filesystem::path> locate_recovery() {
  auto folder = data_home("recovery kit", "THRESHER_RECOVERY");
  if (!folder) return fail(std::move(folder.error()));
  return *folder / "thresher" / "recovery.db";
}

}  // namespace thresher::store
