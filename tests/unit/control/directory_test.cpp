#include "control/directory.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "event/uv_loop.h"
#include "support/temporary_folder.h"

using namespace thresher;
using namespace thresher::control;
namespace fs = std::filesystem;

namespace {

/// XDG_RUNTIME_DIR while it lives.
class RuntimeFolder {
 public:
  explicit RuntimeFolder(const std::string& path) {
    if (const char* before = std::getenv(kName)) before_ = before;
    ::setenv(kName, path.c_str(), 1);
  }
  ~RuntimeFolder() {
    if (before_)
      ::setenv(kName, before_->c_str(), 1);
    else
      ::unsetenv(kName);
  }
  RuntimeFolder(const RuntimeFolder&) = delete;
  RuntimeFolder& operator=(const RuntimeFolder&) = delete;

 private:
  static constexpr const char* kName = "XDG_RUNTIME_DIR";
  std::optional<std::string> before_;
};

/// As a killed process leaves it: bound, and nobody listens.
void leave_socket(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  ::close(descriptor);
}

void made_at(const fs::path& path, time_t seconds) {
  const timespec times[2] = {{seconds, 0}, {seconds, 0}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

std::string refusal() {
  const auto folder = socket_folder();
  REQUIRE_FALSE(folder);
  CHECK(folder.error().code == ErrorCode::io);
  return folder.error().message;
}

}  // namespace

TEST_CASE("the folder of sockets is made for its user alone", "[unit][control]") {
  test::TemporaryFolder parent;
  const RuntimeFolder runtime(parent.path());
  for (int time = 0; time < 2; ++time) {  // made, then found
    const auto folder = socket_folder();
    REQUIRE(folder);
    CHECK(*folder == parent / "thresher");
    struct stat made {};
    REQUIRE(::lstat(folder->c_str(), &made) == 0);
    CHECK((made.st_mode & 07777) == 0700);
  }
}

TEST_CASE("a folder that others may enter, or that is none, is refused with the way out", "[unit][control]") {
  test::TemporaryFolder parent;
  const RuntimeFolder runtime(parent.path());
  const std::string name = "'" + (parent / "thresher").string() + "', where the sockets of runs lie, ";
  const std::string way_out = ": set XDG_RUNTIME_DIR to a folder of your own";
  SECTION("others may enter") {
    fs::create_directory(parent / "thresher");
    fs::permissions(parent / "thresher", fs::perms(0755));
    CHECK(refusal() == name + "may be entered by others (mode 755, not 700)" + way_out);
  }
  SECTION("a file") {
    std::ofstream(parent / "thresher") << "x";
    CHECK(refusal() == name + "is no folder" + way_out);
  }
  SECTION("somewhere else, through a link") {
    fs::create_directory(parent / "elsewhere");
    fs::permissions(parent / "elsewhere", fs::perms(0700));
    fs::create_directory_symlink(parent / "elsewhere", parent / "thresher");
    CHECK(refusal() == name + "is no folder" + way_out);
  }
  SECTION("another's") {
    if (::geteuid() != 0) return;  // only root can give a folder away
    fs::create_directory(parent / "thresher");
    fs::permissions(parent / "thresher", fs::perms(0700));
    REQUIRE(::chown((parent / "thresher").c_str(), 4711, 4711) == 0);
    CHECK(refusal() == name + "belongs to user 4711" + way_out);
  }
  SECTION("cannot be made") {
    const RuntimeFolder nowhere((parent / "nowhere").string());
    CHECK(refusal() == "'" + (parent / "nowhere" / "thresher").string() +
                           "', where the sockets of runs lie, cannot be made (No such file or directory)" + way_out);
  }
}

TEST_CASE("runs that go on are listed, the newest first, and sockets of killed ones removed", "[unit][control]") {
  test::TemporaryFolder folder;
  const auto loop = event::make_uv_loop();
  std::vector<std::unique_ptr<event::Acceptor>> listening;
  const auto listen = [&](const std::string& id, time_t seconds) {
    auto acceptor = loop->listen_local(socket_of(folder.path(), id), [](auto) {});
    REQUIRE(acceptor);
    listening.push_back(std::move(*acceptor));
    made_at(socket_of(folder.path(), id), seconds);
  };
  listen("b-older", 1000);
  listen("a-newest", 3000);
  listen("c-between", 2000);
  leave_socket(socket_of(folder.path(), "killed"));
  std::ofstream(folder / "no-socket.sock") << "somebody's file";
  std::ofstream(folder / "README") << "somebody's file";

  CHECK(going_on(folder.path()) == std::vector<std::string>{"a-newest", "c-between", "b-older"});
  CHECK_FALSE(fs::exists(fs::symlink_status(socket_of(folder.path(), "killed"))));
  CHECK(fs::exists(folder / "no-socket.sock"));
  CHECK(fs::exists(folder / "README"));
  listening.clear();
  CHECK(going_on(folder.path()).empty());
  CHECK(going_on(folder / "nowhere").empty());
}

TEST_CASE("a run is meant by its id, the beginning of it, or as the last", "[unit][control]") {
  const std::vector<std::string> ids = {"1m8x", "1m7y01", "1m7y", "p42"};
  CHECK(resolve(ids, "") == "1m8x");
  CHECK(resolve(ids, "last") == "1m8x");
  CHECK(resolve(ids, "p") == "p42");
  CHECK(resolve(ids, "1m7y") == "1m7y");  // whole, though another begins with it
  CHECK(resolve(ids, "1m7y0") == "1m7y01");
}

TEST_CASE("a reference that means no run, or several, is answered with what there is", "[unit][control]") {
  const std::vector<std::string> ids = {"1m8x", "1m7y", "p42"};
  const auto nothing = resolve(ids, "q");
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == ErrorCode::not_found);
  CHECK(nothing.error().message == "no run that goes on begins with 'q'; there is 1m8x, 1m7y, p42");
  const auto several = resolve(ids, "1m");
  REQUIRE_FALSE(several);
  CHECK(several.error().code == ErrorCode::invalid_argument);
  CHECK(several.error().message == "'1m' may be 1m8x, 1m7y: say more of it");
  const auto none = resolve({}, "last");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::not_found);
  CHECK(none.error().message == "no run goes on");
}
