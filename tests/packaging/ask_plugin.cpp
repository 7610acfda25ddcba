// ask_plugin LIBRARY TARGET [OPTIONS-JSON]: loads a plugin as thresher does, asks its target GET /ping and prints
// "PLUGIN VERSION ABI: STATUS BODY".
#include <fmt/format.h>

#include <cstdio>

#include "plugin/registry.h"

namespace {

thresher::Result<void> ask(const char* library, const char* name, const char* options) {
  thresher::plugin::Registry registry;
  if (auto loaded = registry.load(library); !loaded) return loaded;
  const auto type = registry.target(name);
  if (!type) return thresher::fail(type.error());
  const auto target = (*type)->create(options, 1);
  if (!target) return thresher::fail(target.error());
  const auto answer = (*target)->handle({.port = (*type)->endpoints()[0].port,
                                         .number = 0,
                                         .connection = 1,
                                         .now = {},
                                         .wall = {},
                                         .method = "GET",
                                         .path = "/ping",
                                         .query = {},
                                         .headers = {},
                                         .body = {}});
  const auto info = registry.plugins()[0];
  fmt::print("{} {} {}.{}: {} {}\n", info.name, info.version, info.abi_major, info.abi_minor, answer.status,
             answer.body);
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  if (const auto asked = ask(arguments[1], arguments[2], count > 3 ? arguments[3] : "{}"); !asked) {
    fmt::print(stderr, "{}\n", thresher::to_text(asked.error()));
    return 1;
  }
  return 0;
}
