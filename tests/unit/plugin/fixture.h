#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "plugin/registry.h"

/// The library of that name among tests/unit/plugin/fixtures, as built.
inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::canonical(std::filesystem::path(PLUGIN_FIXTURES) / (name + ".so"));
}

/// Loads the library and makes an instance of one of its targets; fails the test when that fails.
struct Loaded {
  thresher::plugin::Registry registry;
  std::unique_ptr<thresher::plugin::Target> target;

  Loaded(const std::string& library, const std::string& name, const std::string& config = "{}",
         std::uint64_t seed = 0) {
    const auto loaded = registry.load(fixture(library));
    if (!loaded) FAIL(loaded.error().message);
    auto made = registry.target(name).value()->create(config, seed);
    if (!made) FAIL(made.error().message);
    target = std::move(*made);
  }

  thresher::plugin::TargetAnswer get(std::string_view path) {
    return target->handle({.port = 1,
                           .number = 0,
                           .connection = 1,
                           .now = {},
                           .wall = {},
                           .method = "GET",
                           .path = path,
                           .query = {},
                           .headers = {},
                           .body = {}});
  }
};
