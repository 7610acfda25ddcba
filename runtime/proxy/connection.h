#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "event/loop.h"
#include "proxy/endpoint.h"
#include "proxy/pipe.h"

namespace thresher::proxy {

/// Bytes of a proxy's connections, counted per direction.
struct Traffic {
  std::uint64_t received = 0;  ///< from the source
  std::uint64_t sent = 0;      ///< to the sink
};

/// One client, its connection to the upstream, and the two pipes between them.
///
/// | state      | event                        | next        | what happens |
/// |------------|------------------------------|-------------|------------------------------------------------------------|
/// | connecting | upstream connected           | open        | both sides are read from now on | | connecting | no
/// address answered          | over        | the client is closed, as Toxiproxy does                    | | open | one
/// side finished            | half closed | its end goes through the toxics; then the other is finished | | half
/// closed| the other side finished      | draining    | likewise                                                   | |
/// draining   | both ends came out, all sent | over        | both sides are destroyed | | any        | a side was reset
/// | as before   | the reset goes through the toxics; then both are reset     | | any        | a toxic closes |
/// draining    | its sink is finished and drained; then both are destroyed  | | any        | a toxic resets | over |
/// both sides are reset                                       | | any        | the proxy goes down          | over |
/// both sides are destroyed                                   |
///
/// A full pipe pauses its source, so each direction holds at most what its stages' limits add up to, 256 KiB at the
/// sink and one read.
class Connection final : private Pipe::Owner {
 public:
  struct Place {
    event::Loop& loop;
    Endpoint upstream;
    Traffic& up;
    Traffic& down;
    std::uint64_t number = 0;  ///< of its proxy, from 1
  };
  /// `on_over` comes once, from inside a call of the loop or of this object, which must live on until that has
  /// returned.
  Connection(Place place, std::unique_ptr<event::ByteStream> client, std::function<void(Connection&)> on_over);
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// After its toxics were added.
  void begin();
  Pipe& pipe(Direction direction) { return direction == Direction::upstream ? up_ : down_; }
  /// Destroys both sides now, without on_over().
  void close();
  std::uint64_t number() const { return place_.number; }

 private:
  class Side final : public event::StreamEvents {
   public:
    Side(Connection& connection, bool is_client) : connection_(connection), is_client_(is_client) {}
    void on_connected(TimePoint now) override { connection_.connected(now); }
    void on_bytes(std::string_view bytes, TimePoint now) override { connection_.bytes_came(is_client_, bytes, now); }
    void on_drained(TimePoint now) override { connection_.drained(is_client_, now); }
    void on_end(Outcome why, TimePoint now) override { connection_.side_ended(is_client_, why, now); }

   private:
    Connection& connection_;
    bool is_client_;
  };

  void connect_next();
  void connected(TimePoint now);
  void bytes_came(bool from_client, std::string_view bytes, TimePoint now);
  void drained(bool client, TimePoint now);
  void side_ended(bool client, Outcome why, TimePoint now);
  void pipe_ended(Pipe& pipe, Ending how, TimePoint now) override;
  void pipe_sent(Pipe& pipe, std::size_t bytes) override;
  bool is_over() const;
  void over();

  Place place_;
  std::function<void(Connection&)> on_over_;  ///< empty once it was called, or close()
  Side client_side_{*this, true}, upstream_side_{*this, false};
  Pipe up_{Direction::upstream, *this}, down_{Direction::downstream, *this};
  std::unique_ptr<event::ByteStream> client_, upstream_;
  std::unique_ptr<event::Resolution> resolution_;
  std::vector<event::Address> addresses_;  ///< of the upstream, not tried yet; the next one last
  const Pipe* closing_ = nullptr;          ///< through which a toxic closed: only its sink is waited for
  bool open_ = false;
  bool answered_ = true;  ///< the upstream sent something since the client last did: what comes next is another request
};

}  // namespace thresher::proxy
