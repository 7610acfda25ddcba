#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "plugin/registry.h"
#include "support/temporary_folder.h"

/// The fake of that kind ("generator"), as built; see tests/support/fake_plugins.
inline std::filesystem::path fake_library(const std::string& kind) {
  return std::filesystem::canonical(std::filesystem::path(FAKE_PLUGINS) / ("fake_" + kind + ".so"));
}

/// How errors about the fake of a kind begin.
inline std::string fake_blame(const std::string& kind) {
  return kind + " fake (plugin \"" + fake_library(kind).string() + "\"): ";
}

inline std::string mode(const std::string& wrong) { return R"({"mode":")" + wrong + "\"}"; }

/// A registry with one fake loaded; fails the test when it does not load.
struct FakeRegistry {
  thresher::plugin::Registry registry;
  explicit FakeRegistry(const std::string& kind) {
    const auto loaded = registry.load(fake_library(kind));
    if (!loaded) FAIL(loaded.error().message);
  }
  const thresher::plugin::GeneratorType& generator() { return *registry.generator("fake").value(); }
  const thresher::plugin::ValidatorType& validator() { return *registry.validator("fake").value(); }
  const thresher::plugin::OutputType& output() { return *registry.output("fake").value(); }
};

/// The file to which a fake writes a line per call.
class Journal {
 public:
  std::string config() const { return R"({"journal":")" + path_ + "\"}"; }
  std::string config(const std::string& wrong) const {
    return R"({"journal":")" + path_ + R"(","mode":")" + wrong + "\"}";
  }
  std::string text() const {
    std::ostringstream whole;
    whole << std::ifstream(path_).rdbuf();
    return whole.str();
  }

 private:
  thresher::test::TemporaryFolder folder_;
  std::string path_ = (folder_.path() / "journal").string();
};
