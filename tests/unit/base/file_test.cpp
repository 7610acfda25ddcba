#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

using namespace thresher;
using Catch::Matchers::Contains;
using thresher::test::TemporaryFolder;

TEST_CASE("a file reads back as it was written, zero bytes and all", "[unit][base]") {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\r\n\xff", 6);
  REQUIRE(write_file(folder / "x.bin", bytes));
  const auto read = read_file(folder / "x.bin");
  REQUIRE(read);
  CHECK(*read == bytes);
}

TEST_CASE("a large file reads whole", "[unit][base]") {
  const TemporaryFolder folder;
  const std::string bytes(3'000'000, 'x');
  REQUIRE(write_file(folder / "x", bytes));
  CHECK(read_file(folder / "x").value() == bytes);
}

TEST_CASE("a file whose size the system does not know reads whole", "[unit][base]") {
  const auto read = read_file("/proc/self/status");
  REQUIRE(read);
  CHECK_THAT(*read, Contains("Pid:"));
}

TEST_CASE("a missing file is named, with the reason", "[unit][base]") {
  const auto read = read_file("no/such/file.toml");
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ErrorCode::not_found);
  CHECK(read.error().message == "cannot read 'no/such/file.toml': No such file or directory");
}

TEST_CASE("a folder is not a file to read or to write", "[unit][base]") {
  const TemporaryFolder folder;
  const auto read = read_file(folder.path());
  REQUIRE_FALSE(read);
  CHECK_THAT(read.error().message, Contains("Is a directory"));
  const auto written = write_file(folder.path(), "x");
  REQUIRE_FALSE(written);
  CHECK_THAT(written.error().message, Contains("Is a directory"));
}

TEST_CASE("writing makes the folders on the way and leaves nothing beside the file", "[unit][base]") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "out/deep/report.csv", "first"));
  REQUIRE(write_file(folder / "out/deep/report.csv", "second"));
  CHECK(read_file(folder / "out/deep/report.csv").value() == "second");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "out/deep")) ++files;
  CHECK(files == 1);
}

TEST_CASE("writing through a link changes the file behind it", "[unit][base]") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "real", "old"));
  std::filesystem::create_symlink(folder / "real", folder / "link");
  REQUIRE(write_file(folder / "link", "new"));
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(read_file(folder / "real").value() == "new");
}

TEST_CASE("a device is written through, not replaced by a file", "[unit][base]") {
  REQUIRE(write_file("/dev/null", "x"));
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("a file in the place of a folder is an error that names it", "[unit][base]") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "plain", "x"));
  const auto written = write_file(folder / "plain/report.csv", "y");
  REQUIRE_FALSE(written);
  CHECK_THAT(written.error().message, Contains("plain"));
  CHECK(read_file(folder / "plain").value() == "x");
}
