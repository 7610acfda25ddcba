#include "report/line_writer.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "fake_run.h"
#include "report/output.h"

using namespace thresher;
using namespace thresher::report;

namespace {

/// What gunzip makes of the bytes so far, complete or not.
std::string inflated(const std::string& packed) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text;
  std::array<Bytef, 4096> room;
  std::string input = packed;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  int status = Z_OK;
  do {
    stream.next_out = room.data();
    stream.avail_out = static_cast<uInt>(room.size());
    status = inflate(&stream, Z_SYNC_FLUSH);
    text.append(reinterpret_cast<const char*>(room.data()), room.size() - stream.avail_out);
  } while (status == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0));
  inflateEnd(&stream);
  return text;
}

}  // namespace

TEST_CASE("lines reach the file whole and when flushed", "[unit][report]") {
  const ScratchFolder folder;
  auto lines = LineWriter::open(folder / "new/lines.txt");
  REQUIRE(lines);
  lines->append("one\n");
  CHECK(contents_of(folder / "new/lines.txt").empty());
  REQUIRE(lines->flush());
  CHECK(contents_of(folder / "new/lines.txt") == "one\n");
  lines->append("two\n");
  REQUIRE(lines->close());
  CHECK(contents_of(folder / "new/lines.txt") == "one\ntwo\n");
}

TEST_CASE("a busy second does not gather in memory", "[unit][report]") {
  const ScratchFolder folder;
  auto lines = LineWriter::open(folder / "lines.txt");
  REQUIRE(lines);
  const std::string line(1023, 'x');
  for (int count = 0; count < 1500; ++count) lines->append(line + "\n");
  CHECK(contents_of(folder / "lines.txt").size() == 1024 * 1024);
}

TEST_CASE("a compressed file can be read back up to its last flush", "[unit][report]") {
  const ScratchFolder folder;
  auto lines = LineWriter::open(folder / "lines.gz");
  REQUIRE(lines);
  lines->append("one\n");
  REQUIRE(lines->flush());
  CHECK(inflated(contents_of(folder / "lines.gz")) == "one\n");
  lines->append("two\n");
  CHECK(inflated(contents_of(folder / "lines.gz")) == "one\n");
  REQUIRE(lines->close());
  CHECK(inflated(contents_of(folder / "lines.gz")) == "one\ntwo\n");
}

TEST_CASE("an output that cannot be opened is an error before the run", "[unit][report]") {
  const ScratchFolder folder;
  REQUIRE(LineWriter::open(folder / "file")->close());
  const auto beneath_a_file = LineWriter::open(folder / "file/lines.txt");
  REQUIRE_FALSE(beneath_a_file);
  CHECK(beneath_a_file.error().message.find("cannot write '" + (folder / "file/lines.txt").string()) == 0);
  REQUIRE_FALSE(LineWriter::open(folder.path()));
  CHECK_FALSE(check_writable(folder / "file/report.json"));
  CHECK(check_writable(folder.path()).error().message ==
        "cannot write '" + folder.path().string() + "': it is a folder");
}

TEST_CASE("proving that a file can be written leaves nothing and changes nothing", "[unit][report]") {
  const ScratchFolder folder;
  REQUIRE(check_writable(folder / "new/report.json"));
  CHECK(std::filesystem::is_empty(folder / "new"));
  auto old = LineWriter::open(folder / "old.json");
  old->append("{}\n");
  REQUIRE(old->close());
  REQUIRE(check_writable(folder / "old.json"));
  CHECK(contents_of(folder / "old.json") == "{}\n");
}

TEST_CASE("a full disk is reported once and for all", "[unit][report]") {
  auto lines = LineWriter::open("/dev/full");
  REQUIRE(lines);
  lines->append("one\n");
  const auto flushed = lines->flush();
  REQUIRE_FALSE(flushed);
  CHECK(flushed.error().message == "cannot write '/dev/full': No space left on device");
  lines->append("two\n");
  CHECK(lines->close().error().message == flushed.error().message);
}

TEST_CASE("each part of a run that was continued writes lines to a file of its own", "[unit][report]") {
  CHECK(part_of("out/login.csv", 1) == "out/login.csv");
  CHECK(part_of("out/login.csv", 2) == "out/login-part2.csv");
  CHECK(part_of("login.json.gz", 3) == "login-part3.json.gz");
  CHECK(part_of("out/.hidden", 2) == "out/.hidden-part2");
  CHECK(part_of("login", 2) == "login-part2");
  CHECK(part_of("-", 2) == "-");
}
