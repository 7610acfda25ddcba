#include "plugin/registry.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "fakes.h"
#include "fixture.h"

using namespace thresher;
using plugin::Registry;
namespace fs = std::filesystem;

namespace {

/// The message of the error that loading this fixture gives.
std::string refusal(const std::string& name) {
  Registry registry;
  const auto loaded = registry.load(fixture(name));
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::plugin);
  CHECK(registry.plugins().empty());
  return loaded.error().message;
}

std::string blame(const std::string& name, const std::string& why) {
  return "plugin \"" + fixture(name).string() + "\": " + why;
}

}  // namespace

TEST_CASE("a plugin is listed with its version, path, ABI and targets", "[plugin]") {
  Registry registry;
  REQUIRE(registry.load(fixture("wrapped")));
  REQUIRE(registry.plugins().size() == 1);
  const plugin::PluginInfo info = registry.plugins()[0];
  CHECK(info.name == "wrapped");
  CHECK(info.version == "1.2.3");
  CHECK(info.path == fixture("wrapped"));
  CHECK(info.abi_major == 1);
  CHECK(info.abi_minor == 2);
  CHECK(info.targets == std::vector<std::string>{"shop", "kiosk"});
}

TEST_CASE("loading a library twice keeps one of it, whatever its path is spelled like", "[plugin]") {
  Registry registry;
  REQUIRE(registry.load(fixture("in_c")));
  REQUIRE(registry.load(fixture("in_c").parent_path() / "." / "in_c.so"));
  CHECK(registry.plugins().size() == 1);
}

TEST_CASE("two registries may load one library", "[plugin]") {
  Registry one, other;
  REQUIRE(one.load(fixture("wrapped")));
  REQUIRE(other.load(fixture("wrapped")));
  CHECK(other.target("kiosk").value()->summary() == "sells less");
}

TEST_CASE("a missing library is named with the system's reason", "[plugin]") {
  Registry registry;
  const auto loaded = registry.load("/nowhere/at_all.so");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::not_found);
  CHECK(loaded.error().message == "plugin \"/nowhere/at_all.so\": No such file or directory");
}

TEST_CASE("a file that is no library is refused by path and cause", "[plugin]") {
  const fs::path path = fs::path(PLUGIN_FIXTURES) / "text.so.txt";
  std::ofstream(path)
      << "this is a text, long enough to be read as an ELF header but not one at all ......................\n";
  Registry registry;
  const auto loaded = registry.load(path);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message == "plugin \"" + fs::canonical(path).string() + "\": does not load: invalid ELF header");
}

TEST_CASE("a library with an unresolved symbol is refused when it is loaded, not when it is called", "[plugin]") {
  CHECK(refusal("unresolved") == blame("unresolved", "does not load: undefined symbol: nobody_has_this"));
}

TEST_CASE("a library without the entry point is not a plugin", "[plugin]") {
  CHECK(refusal("no_entry") == blame("no_entry", "is not a thresher plugin: it exports no thresher_plugin_v1"));
}

TEST_CASE("a plugin of another ABI is refused with both versions", "[plugin]") {
  CHECK(refusal("major_9") == blame("major_9", "was built for ABI 9.2; this thresher speaks 1.2"));
  CHECK(refusal("entry_of_v2") == blame("entry_of_v2", "was built for ABI 2; this thresher speaks 1.2"));
}

TEST_CASE("a plugin with a table smaller than ABI 1.0's is refused with both sizes", "[plugin]") {
  CHECK(refusal("old_size") == blame("old_size", "has a thresher_plugin of 48 bytes; ABI 1.0 has 64"));
}

TEST_CASE("a plugin of ABI 1.0 is not asked for members that it does not have", "[plugin]") {
  Loaded loaded("abi_1_0", "handshake");
  CHECK(loaded.registry.plugins()[0].abi_minor == 0);
  CHECK(loaded.registry.generators().empty());
  CHECK(loaded.get("/").status == 204);
}

TEST_CASE("a plugin of a later minor version loads", "[plugin]") {
  Loaded loaded("newer_minor", "handshake");
  CHECK(loaded.registry.plugins()[0].abi_minor == 3);
  CHECK(loaded.get("/").status == 204);
}

TEST_CASE("a plugin that refuses to load is quoted", "[plugin]") {
  CHECK(refusal("refuses") == blame("refuses", "needs a licence file, and /etc/licence is not there"));
  CHECK(refusal("silent") == blame("silent", "thresher_plugin_v1 returned NULL without saying why"));
}

TEST_CASE("an exception out of the entry point is caught and quoted", "[plugin]") {
  CHECK(refusal("throws") == blame("throws", "thresher_plugin_v1 threw no room at the inn"));
}

TEST_CASE("a plugin whose table cannot be read is refused", "[plugin]") {
  CHECK(refusal("bad_name") ==
        blame("bad_name", "calls itself \"../Handshake\"; names are lower case letters, digits, '_' and '-'"));
  CHECK(refusal("null_generators") == blame("null_generators", "declares 3 generators, but its table is NULL"));
  CHECK(refusal("null_generator") == blame("null_generator", "has a NULL in its table of generators"));
  CHECK(refusal("null_targets") == blame("null_targets", "declares 1 targets, but its table is NULL"));
}

TEST_CASE("two plugins that offer one target are both named", "[plugin]") {
  Registry registry;
  REQUIRE(registry.load(fixture("in_c")));
  const auto loaded = registry.load(fixture("same_target"));
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message ==
        blame("same_target", "its target in-c is already there, from plugin \"" + fixture("in_c").string() + "\""));
  CHECK(registry.plugins().size() == 1);
}

TEST_CASE("two plugins that offer one name of a kind are both named", "[plugin]") {
  const std::string kind = GENERATE("generator", "validator", "output");
  const test::TemporaryFolder folder;
  fs::copy(fake_library(kind), folder / "again.so");
  FakeRegistry fakes(kind);
  const auto loaded = fakes.registry.load(folder / "again.so");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message == "plugin \"" + fs::canonical(folder / "again.so").string() + "\": its " + kind +
                                      " fake is already there, from plugin \"" + fake_library(kind).string() + "\"");
  CHECK(fakes.registry.plugins().size() == 1);
}

TEST_CASE("one name may stand for one of each kind", "[plugin]") {
  Registry registry;
  for (const char* kind : {"target", "generator", "validator", "output"}) REQUIRE(registry.load(fake_library(kind)));
  REQUIRE(registry.target("fake"));
  REQUIRE(registry.generator("fake"));
  REQUIRE(registry.validator("fake"));
  REQUIRE(registry.output("fake"));
  CHECK(registry.targets().size() + registry.generators().size() + registry.validators().size() +
            registry.outputs().size() ==
        4);
}

TEST_CASE("an unknown name of any kind is answered with those there are", "[plugin]") {
  Registry registry;
  CHECK(registry.generator("farm").error().message == "unknown generator \"farm\"; no plugin offers any");
  CHECK(registry.validator("farm").error().message == "unknown validator \"farm\"; no plugin offers any");
  REQUIRE(registry.load(fake_library("output")));
  CHECK(registry.output("fakes").error().message == "unknown output \"fakes\"; there is fake; did you mean \"fake\"?");
}

TEST_CASE("an unknown target is answered with those there are", "[plugin]") {
  Registry registry;
  CHECK(registry.target("shop").error().message == "unknown target \"shop\"; no plugin offers any");
  REQUIRE(registry.load(fixture("wrapped")));
  CHECK(registry.target("shap").error().message ==
        "unknown target \"shap\"; there are shop, kiosk; did you mean \"shop\"?");
  REQUIRE(registry.target("shop"));
}

TEST_CASE("a folder's libraries are loaded in the order of their names, and other files are left alone", "[plugin]") {
  const fs::path folder = fs::path(PLUGIN_FIXTURES) / "folder";
  fs::remove_all(folder);
  fs::create_directories(folder);
  fs::copy(fixture("wrapped"), folder / "b.so");
  fs::copy(fixture("in_c"), folder / "a.so");
  std::ofstream(folder / "notes.txt") << "not a plugin";
  Registry registry;
  REQUIRE(registry.load_folder(folder));
  REQUIRE(registry.plugins().size() == 2);
  CHECK(registry.plugins()[0].name == "in_c");
  CHECK(registry.targets().size() == 3);

  fs::copy(fixture("no_entry"), folder / "c.so");
  Registry strict;
  CHECK(strict.load_folder(folder).error().message ==
        "plugin \"" + fs::canonical(folder / "c.so").string() +
            "\": is not a thresher plugin: it exports no thresher_plugin_v1");
  CHECK(strict.load_folder(folder / "none").error().message ==
        "plugin folder \"" + (folder / "none").string() + "\": No such file or directory");
}
