#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "event/byte_stream.h"
#include "proxy/stage.h"

namespace thresher::proxy {

/// One direction of a connection: from a source, through a chain of stages, to a sink. Reads no further while a stage
/// is full or the sink has fallen behind.
class Pipe final : private Inlet, private RoomListener {
 public:
  class Owner {
   public:
    virtual void pipe_ended(Pipe& pipe, Ending how, TimePoint now) = 0;  ///< its end came out behind all bytes
    virtual void pipe_sent(Pipe& pipe, std::size_t bytes) = 0;

   protected:
    ~Owner() = default;
  };
  Pipe(Direction direction, Owner& owner) : direction_(direction), owner_(owner) {}

  /// Both outlive it, or stop() comes first.
  void open(event::ByteStream& source, event::ByteStream& sink);
  void stop();

  void take_in(std::string_view bytes, TimePoint now);
  void end_input(Ending how, TimePoint now);
  void drained() { room_changed(); }  ///< the sink has caught up

  /// At the end of the chain.
  void add(std::string toxic, std::unique_ptr<Stage> stage, bool window, TimePoint now);
  void change(const Toxic& toxic, TimePoint now);
  void set_window(const std::string& toxic, bool open, TimePoint now);
  void remove(const std::string& toxic, TimePoint now);
  void begin_request(TimePoint now);

  Direction direction() const { return direction_; }
  bool has_ended() const { return ended_; }
  std::size_t held() const;

 private:
  static constexpr std::size_t kSinkLimit = 256 << 10;

  struct Link {
    std::string toxic;
    std::unique_ptr<Stage> stage;
  };
  void take(std::string_view bytes, TimePoint now) override;
  void end(Ending how, TimePoint now) override;
  void room_changed() override;
  Inlet& first() { return chain_.empty() ? static_cast<Inlet&>(*this) : *chain_.front().stage; }
  std::vector<Link>::iterator find(const std::string& toxic);

  const Direction direction_;
  Owner& owner_;
  std::vector<Link> chain_;
  event::ByteStream* source_ = nullptr;  ///< null once its end came, or stop()
  event::ByteStream* sink_ = nullptr;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace thresher::proxy
