#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "script/vm.h"

namespace thresher::script {

/// The files of one VM: what was loaded from where, the environments that refuse accidental globals, and `require`.
struct Vm::Modules {
  explicit Modules(Vm& owner);
  void provide_libraries();

  /// Pushes what the file returned, true for nothing, after running it if it is new. Raises the author's errors, so
  /// call it inside a protected call; `root` is where its own requires look.
  void push_file(lua_State* state, const std::string& path, const std::string& root);
  /// Pushes what `require(name)` gives the running author; raises when there is no such module.
  void push_required(lua_State* state, const char* name);

  struct Chunk {
    std::string path;  ///< as given
    std::string root;  ///< folder of the scenario file it belongs to
  };
  enum class Progress { loading, loaded };
  struct File {
    Progress progress = Progress::loading;
    int result = 0;  ///< registry reference
  };

  Vm& vm;
  int library = 0;                                   ///< registry references: the globals scenarios may read,
  int environment = 0;                               ///< and the metatable of every file's environment
  std::map<std::string, Chunk, std::less<>> chunks;  ///< by the name in messages, each once
  std::map<std::string, File, std::less<>> files;    ///< by canonical path
  std::map<std::string, int, std::less<>> provided;  ///< registry references

 private:
  void load(lua_State* state, const std::string& path, const std::string& root);
  /// The shortest end of the path that no other file has: what messages call it.
  std::string name_of(const std::string& path) const;
};

/// Opens the standard libraries and pushes the table of globals scenarios see: without what would end or confuse the
/// process, and refusing names it does not have. `print` outlives the state.
void open_libraries(lua_State* state, const std::function<void(std::string)>& print);

/// Turns the compiler off for the function at `index` and everything it defines: compiled loops look at no hook, so the
/// watchdog could not stop them.
void keep_interpreted(lua_State* state, int index);

}  // namespace thresher::script
