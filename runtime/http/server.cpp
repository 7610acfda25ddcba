#include "http/server.h"

#include <list>
#include <utility>

#include "http/server_connection.h"

namespace thresher::http {
namespace {

class LoopServer final : public Server {
 public:
  LoopServer(event::Loop& loop, Handler handler, ServerLimits limits, TlsContext* tls)
      : core_(loop, std::move(handler), limits), tls_(tls) {}

  ~LoopServer() override {
    listeners_.clear();
    core_.on_drained = nullptr;
    while (!core_.connections.empty()) core_.remove(core_.connections.front());
  }

  Result<event::Address> listen(const event::Address& at, event::ListenOptions options) override {
    Listener& listener = listeners_.emplace_back();
    auto acceptor = core_.loop.listen(
        at, [this, &listener](std::unique_ptr<event::ByteStream> stream) { accept(std::move(stream), listener.local); },
        options);
    if (!acceptor) {
      listeners_.pop_back();
      return fail(std::move(acceptor.error()));
    }
    listener.acceptor = std::move(*acceptor);
    listener.local = listener.acceptor->local();
    return listener.local;
  }

  void drain(std::function<void()> on_done) override {
    core_.draining = true;
    listeners_.clear();
    IntrusiveList<ServerConnection, ServerConnection> busy;
    while (!core_.connections.empty()) {
      ServerConnection& connection = core_.connections.pop_front();
      if (connection.idle()) {
        core_.remove(connection);
      } else {
        busy.push_back(connection);
      }
    }
    while (!busy.empty()) core_.connections.push_back(busy.pop_front());
    core_.on_drained = std::move(on_done);
    if (core_.open_connections == 0 && core_.on_drained) std::exchange(core_.on_drained, nullptr)();
  }

  std::size_t open_connections() const override { return core_.open_connections; }

 private:
  struct Listener {
    std::unique_ptr<event::Acceptor> acceptor;
    event::Address local;
  };

  void accept(std::unique_ptr<event::ByteStream> stream, const event::Address& local) {
    if (core_.open_connections >= core_.limits.max_connections) return;  // closed at once
    ++core_.open_connections;
    core_.connections.push_back(*new ServerConnection(core_, std::move(stream), local, ++accepted_, tls_));
  }

  ServerCore core_;
  TlsContext* tls_;
  std::uint64_t accepted_ = 0;
  std::list<Listener> listeners_;
};

}  // namespace

void ServerCore::remove(ServerConnection& connection) {
  delete &connection;
  --open_connections;
  if (open_connections == 0 && draining && on_drained) std::exchange(on_drained, nullptr)();
}

std::unique_ptr<Server> Server::create(event::Loop& loop, Handler handler, ServerLimits limits, TlsContext* tls) {
  return std::make_unique<LoopServer>(loop, std::move(handler), limits, tls);
}

}  // namespace thresher::http
