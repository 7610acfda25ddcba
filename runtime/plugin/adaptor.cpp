#include "plugin/adaptor.h"

#include <fmt/ranges.h>

#include "base/log.h"
#include "base/text.h"
#include "plugin/text.h"

namespace thresher::plugin {

tl::unexpected<Error> Origin::refuse(std::string_view why) const {
  return fail(ErrorCode::plugin, fmt::format("{} (plugin \"{}\"): {}", label(), library.path.string(), why));
}

tl::unexpected<Error> Origin::breach(std::string_view how) const { return refuse(fmt::format("{}{}", kBreach, how)); }

tl::unexpected<Error> Origin::declaration(Error why) const {
  why.message = fmt::format("{} {}", label(), why.message);
  return fail(std::move(why));
}

void Destroy::operator()(void* self) const noexcept {
  if (const auto problem = call_plugin("destroy", [&] { destroy(self); })) log::error("{}: {}", label, *problem);
}

Result<Instance> create_instance(const Origin& origin, const OptionSchema& schema, std::string_view json,
                                 void (*destroy)(void*), const Create& create) {
  auto config = schema.resolve(json);
  if (!config) {
    config.error().message = fmt::format("{}: {}", origin.label(), config.error().message);
    return fail(std::move(config.error()));
  }
  void* self = nullptr;
  const auto problem = call_plugin("create", [&] { self = create(origin.library.host->table(), &*config); });
  // From here the instance, if there is one, is destroyed on every way out.
  Instance instance(self, Destroy{origin.label(), destroy});
  if (problem) return origin.refuse(*problem);
  if (!config->misuse().empty()) return origin.refuse(config->misuse());
  if (!instance) return origin.refuse("create returned NULL without saying why");
  return instance;
}

std::string name_breach(std::string_view kind, thresher_text name) {
  if (is_name(name)) return {};
  return fmt::format("calls a {} \"{}\"; names are lower case letters, digits, '_' and '-'", kind, view_of(name));
}

Error unknown_name(std::string_view kind, std::string_view name, std::span<const std::string> there_are) {
  if (there_are.empty())
    return {ErrorCode::not_found, fmt::format("unknown {} \"{}\"; no plugin offers any", kind, name), {}};
  const std::string_view near = closest(name, there_are);
  return {ErrorCode::not_found,
          fmt::format("unknown {} \"{}\"; there {} {}{}", kind, name, there_are.size() == 1 ? "is" : "are",
                      fmt::join(there_are, ", "), near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)),
          {}};
}

}  // namespace thresher::plugin
