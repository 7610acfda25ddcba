#include "plugin/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "plugin/adaptor.h"
#include "plugin/generator_adaptor.h"
#include "plugin/library.h"
#include "plugin/output_adaptor.h"
#include "plugin/target_adaptor.h"
#include "plugin/text.h"
#include "plugin/validator_adaptor.h"

namespace thresher::plugin {

namespace fs = std::filesystem;

template <class Type>
using Shelf = std::vector<std::unique_ptr<Type>>;

/// A library with what it offers, kind by kind.
struct Registry::State {
  struct Loaded {
    Library library;
    Shelf<TargetType> targets;
    Shelf<GeneratorType> generators;
    Shelf<ValidatorType> validators;
    Shelf<OutputType> outputs;
  };
  std::vector<Loaded> libraries;

  template <class Type>
  std::vector<const Type*> all(Shelf<Type> Loaded::*kind) const {
    std::vector<const Type*> types;
    for (const Loaded& loaded : libraries)
      for (const auto& type : loaded.*kind) types.push_back(type.get());
    return types;
  }

  template <class Type>
  Result<const Type*> find(Shelf<Type> Loaded::*kind, std::string_view noun, std::string_view name) const {
    std::vector<std::string> names;
    for (const Type* type : all(kind)) {
      if (type->name() == name) return type;
      names.push_back(type->name());
    }
    return fail(unknown_name(noun, name, names));
  }

  /// Reads all of one kind out of a library that is about to join; a name belongs to one library.
  template <class Type, class Table>
  Result<void> adopt(Loaded& joining, Shelf<Type> Loaded::*kind, std::string_view noun, const Table* const* tables,
                     std::size_t count,
                     Result<std::unique_ptr<Type>> (*adapt)(const Library& library, const Table* table)) const {
    for (std::size_t i = 0; i < count; ++i) {
      auto type = adapt(joining.library, tables[i]);
      if (!type) return fail(std::move(type.error()));
      const std::string name = (*type)->name();
      const auto same = [&](const auto& other) { return other->name() == name; };
      for (const Loaded& earlier : libraries)
        if (std::any_of((earlier.*kind).begin(), (earlier.*kind).end(), same))
          return fail(ErrorCode::plugin, fmt::format("its {} {} is already there, from plugin \"{}\"", noun, name,
                                                     earlier.library.path.string()));
      if (std::any_of((joining.*kind).begin(), (joining.*kind).end(), same))
        return fail(ErrorCode::plugin, fmt::format("declares the {} {} twice", noun, name));
      (joining.*kind).push_back(std::move(*type));
    }
    return {};
  }

  Result<void> adopt_all(Loaded& joining) const {
    const thresher_plugin& given = joining.library.plugin;
    auto adopted = adopt(joining, &Loaded::targets, "target", given.targets, given.target_count, &adapt_target);
    if (adopted)
      adopted =
          adopt(joining, &Loaded::generators, "generator", given.generators, given.generator_count, &adapt_generator);
    if (adopted)
      adopted =
          adopt(joining, &Loaded::validators, "validator", given.validators, given.validator_count, &adapt_validator);
    if (adopted) adopted = adopt(joining, &Loaded::outputs, "output", given.outputs, given.output_count, &adapt_output);
    return adopted;
  }
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Result<void> Registry::load(const fs::path& given) {
  const auto path = find_library(given);
  if (!path) return fail(path.error());
  for (const State::Loaded& loaded : state_->libraries)
    if (loaded.library.path == *path) return {};
  auto library = open_library(*path);
  if (!library) return fail(std::move(library.error()));
  State::Loaded joining{*library, {}, {}, {}, {}};
  if (auto adopted = state_->adopt_all(joining); !adopted) {
    adopted.error().message = fmt::format("plugin \"{}\": {}", path->string(), adopted.error().message);
    return adopted;
  }
  state_->libraries.push_back(std::move(joining));
  return {};
}

Result<void> Registry::load_folder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entries(folder, error), end; !error && entries != end; entries.increment(error))
    if (entries->path().extension() == ".so") found.push_back(entries->path());
  if (error)
    return fail(ErrorCode::not_found, fmt::format("plugin folder \"{}\": {}", folder.string(), error.message()));
  std::sort(found.begin(), found.end());  // the order of a folder is no order
  for (const fs::path& library : found)
    if (auto loaded = load(library); !loaded) return loaded;
  return {};
}

std::vector<PluginInfo> Registry::plugins() const {
  std::vector<PluginInfo> all;
  const auto names_of = [](const auto& shelf) {
    std::vector<std::string> names;
    for (const auto& type : shelf) names.push_back(type->name());
    return names;
  };
  for (const State::Loaded& loaded : state_->libraries) {
    const thresher_plugin& plugin = loaded.library.plugin;
    all.push_back({string_of(plugin.name), string_of(plugin.version), loaded.library.path, plugin.abi_major,
                   plugin.abi_minor, names_of(loaded.targets), names_of(loaded.generators), names_of(loaded.validators),
                   names_of(loaded.outputs)});
  }
  return all;
}

Result<const TargetType*> Registry::target(std::string_view name) const {
  return state_->find(&State::Loaded::targets, "target", name);
}
std::vector<const TargetType*> Registry::targets() const { return state_->all(&State::Loaded::targets); }

Result<const GeneratorType*> Registry::generator(std::string_view name) const {
  return state_->find(&State::Loaded::generators, "generator", name);
}
std::vector<const GeneratorType*> Registry::generators() const { return state_->all(&State::Loaded::generators); }

Result<const ValidatorType*> Registry::validator(std::string_view name) const {
  return state_->find(&State::Loaded::validators, "validator", name);
}
std::vector<const ValidatorType*> Registry::validators() const { return state_->all(&State::Loaded::validators); }

Result<const OutputType*> Registry::output(std::string_view name) const {
  return state_->find(&State::Loaded::outputs, "output", name);
}
std::vector<const OutputType*> Registry::outputs() const { return state_->all(&State::Loaded::outputs); }

}  // namespace thresher::plugin
