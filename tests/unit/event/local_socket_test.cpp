#include "event/local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>

#include "network.h"
#include "support/temporary_folder.h"

using namespace thresher;
using namespace thresher::event;

namespace {

/// A socket's file as a killed process leaves it: bound, and nobody listens.
void leave_behind(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  ::close(descriptor);
}

/// A loop with a local listener that keeps what it accepts.
struct LocalNetwork {
  test::TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "a.sock";
  std::unique_ptr<Loop> loop = make_uv_loop();
  Peer client, server;
  std::unique_ptr<Acceptor> acceptor;

  LocalNetwork() {
    auto listening = loop->listen_local(path, [this](std::unique_ptr<ByteStream> stream) {
      server.stream = std::move(stream);
      server.stream->set_events(server);
    });
    REQUIRE(listening);
    acceptor = std::move(*listening);
  }
  void connect() {
    auto stream = loop->connect_local(path, client);
    REQUIRE(stream);
    client.stream = std::move(*stream);
  }
};

}  // namespace

TEST_CASE("a local socket carries bytes both ways and an orderly end", "[event]") {
  LocalNetwork network;
  network.server.at_bytes = [&] {
    if (network.server.received.size() < 1'000'000) return;
    network.server.stream->write("thanks");
    network.server.stream->finish();
  };
  network.client.at_end = [&] { network.loop->stop(); };
  network.connect();
  network.client.stream->write(std::string(1'000'000, 'x'));  // before it is connected, and more than a socket holds
  network.loop->run();
  CHECK(network.client.connected);
  CHECK(network.client.drained == 1);
  CHECK(network.server.received == std::string(1'000'000, 'x'));
  CHECK(network.client.received == "thanks");
  CHECK(network.client.end == Outcome::closed);
}

TEST_CASE("a local socket's file is its user's alone, and goes with its acceptor", "[event]") {
  LocalNetwork network;
  struct stat file {};
  REQUIRE(::lstat(network.path.c_str(), &file) == 0);
  CHECK(S_ISSOCK(file.st_mode));
  CHECK((file.st_mode & 0777) == 0600);
  CHECK(network.acceptor->local() == Address{});
  CHECK(is_served(network.path));
  network.acceptor.reset();
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(network.path)));
  CHECK_FALSE(is_served(network.path));
  CHECK(std::filesystem::is_empty(network.folder.path()));
}

TEST_CASE("an acceptor leaves alone a socket that took its place", "[event]") {
  LocalNetwork network;
  std::filesystem::remove(network.path);
  leave_behind(network.path);
  network.acceptor.reset();
  CHECK(std::filesystem::exists(network.path));
}

TEST_CASE("listening where a socket lies already is refused by its name", "[event]") {
  LocalNetwork network;
  const auto again = network.loop->listen_local(network.path, [](auto) {});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::io);
  CHECK(again.error().message == "cannot listen on " + network.path.string() + ": address already in use");
  CHECK(is_served(network.path));
}

TEST_CASE("nobody listens at a socket left behind, nor where there is none", "[event]") {
  LocalNetwork network;
  network.path = network.folder.path() / "dead.sock";
  SECTION("left behind") { leave_behind(network.path); }
  SECTION("none") {}
  CHECK_FALSE(is_served(network.path));
  network.client.at_end = [&] { network.loop->stop(); };
  network.connect();
  network.loop->run();
  CHECK_FALSE(network.client.connected);
  CHECK(network.client.end == Outcome::connect_refused);
}

TEST_CASE("a path that is too long for a socket is an error that says how long it may be", "[event]") {
  const auto loop = make_uv_loop();
  const std::string path(120, 'a');
  const auto listening = loop->listen_local(path, [](auto) {});
  REQUIRE_FALSE(listening);
  CHECK(listening.error().code == ErrorCode::invalid_argument);
  CHECK(listening.error().message == "'" + path + "' cannot be a socket: its path has to have 1 to 106 bytes");
  Peer peer;
  const auto stream = loop->connect_local(path, peer);
  REQUIRE_FALSE(stream);
  CHECK(stream.error().message == "'" + path + "' cannot be a socket: its path has to have 1 to 107 bytes");
}

TEST_CASE("virtual time has no local sockets", "[event]") {
  VirtualTime world;
  Peer peer;
  const auto listening = world.loop->listen_local("a.sock", [](auto) {});
  REQUIRE_FALSE(listening);
  CHECK(listening.error().code == ErrorCode::invalid_argument);
  CHECK(listening.error().message.starts_with("a rehearsal has no local sockets"));
  CHECK_FALSE(world.loop->connect_local("a.sock", peer));
}
