#pragma once

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/library.h"
#include "plugin/option_schema.h"

/// What the adaptors of all kinds share: calling a plugin, owning what it made, and saying who is to blame.
namespace thresher::plugin {

/// How a plugin's breach of contract is told apart, by people and by the contract suite, from what it says itself.
inline constexpr std::string_view kBreach = "broke its contract: ";
inline bool tells_breach(std::string_view message) { return message.find(kBreach) != std::string_view::npos; }

/// Calls into a plugin and gives what went wrong: an exception that it let escape, or the last thing it told
/// host->fail. Nothing: all was well.
template <class Call>
std::optional<std::string> call_plugin(std::string_view function, Call&& call) {
  const CallScope scope;
  if (auto escaped = escaped_exception(call)) return fmt::format("{}{} {}", kBreach, function, *escaped);
  return scope.failure();
}

/// One declared target, generator, validator or output, as errors name it.
struct Origin {
  std::string kind;  ///< "target"
  std::string name;
  Library library;

  std::string label() const { return kind + " " + name; }
  /// `KIND NAME (plugin "PATH"): WHY`.
  tl::unexpected<Error> refuse(std::string_view why) const;
  /// The same for `broke its contract: HOW`.
  tl::unexpected<Error> breach(std::string_view how) const;
  /// `KIND NAME WHY`: what is wrong with its declaration; whoever loads the library adds its path.
  tl::unexpected<Error> declaration(Error why) const;
};

struct Destroy {
  std::string label;
  void (*destroy)(void*) = nullptr;
  void operator()(void* self) const noexcept;  ///< logs what the plugin says or throws meanwhile
};
/// An instance inside a plugin; destroyed once, on the thread it was created on.
using Instance = std::unique_ptr<void, Destroy>;

using Create = std::function<void*(const thresher_host*, const thresher_config*)>;
/// Checks `json` against the schema and creates. Errors: a wrong option (invalid_argument, `KIND NAME: ...`), and
/// through `origin` what the plugin says, reads without having declared it, throws, or does not say.
Result<Instance> create_instance(const Origin& origin, const OptionSchema& schema, std::string_view json,
                                 void (*destroy)(void*), const Create& create);

std::string name_breach(std::string_view kind, thresher_text name);  ///< empty when people may type it

/// What is wrong with one entry of a library's tables before its functions are looked at: NULL, too small, a bad name.
/// `type` is its C type ("thresher_target"), `since` the first ABI that had it. Empty when nothing is.
template <class Table>
std::string table_problem(const Table* table, std::string_view type, std::string_view kind, std::string_view since) {
  if (!table) return fmt::format("has a NULL in its table of {}s", kind);
  if (table->struct_size < sizeof(Table))
    return fmt::format("has a {} of {} bytes; ABI {} has {}", type, table->struct_size, since, sizeof(Table));
  return name_breach(kind, table->name);
}

/// `unknown KIND "NAME"; there are A, B; did you mean "A"?`
Error unknown_name(std::string_view kind, std::string_view name, std::span<const std::string> there_are);

}  // namespace thresher::plugin
