#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct lua_State;

namespace thresher::bindings {

/// Reads JSON for scripts. A path is read on demand, without building the document; only a whole table is built. Its
/// buffers are reused, so there is one per VM.
class JsonReader {
 public:
  /// Bytes that must be readable behind the text (simdjson reads in blocks); their values do not matter.
  static constexpr std::size_t kPadding = 64;

  JsonReader();
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  /// Pushes the value at `path` ("" is the whole document; "a.b[0].c", elements from 0, ["odd.key"] for a key that is
  /// no plain name): one value, nil when there is nothing there or the value is null; or nil and what is wrong with the
  /// text or the path. Null inside a table is cjson.null. `document` names the text: reading the same one again does
  /// not parse it again; 0 never does. Returns how many values it pushed.
  int push(lua_State* state, std::string_view padded_text, std::string_view path, std::uint64_t document);

 private:
  struct Parsers;
  std::unique_ptr<Parsers> parsers_;
};

}  // namespace thresher::bindings
