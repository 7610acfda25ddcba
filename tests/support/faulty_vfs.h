#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

struct sqlite3_vfs;

namespace thresher::test {

/// While it lives, SQLite reads and writes files through it: it counts what would change a file (opening for writing,
/// writing, truncating, syncing, deleting) and lets one of these calls go wrong. One thread, one at a time.
class FaultyVfs {
 public:
  enum class Fault : std::uint8_t {
    io_error,   ///< the call fails, once
    disk_full,  ///< writes fail from the call on, until heal()
    killed,     ///< the process dies before the call: that and everything after fails, until heal()
    power_cut   ///< the machine dies before the call: as killed, and what was not synced is lost
  };

  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  /// The call number `at` from now, from 1, goes wrong.
  void arm(Fault fault, std::uint64_t at);
  /// Files work again. After a power cut they hold what had been synced. Databases opened before must be closed by
  /// then.
  void heal();
  bool struck() const { return struck_; }  ///< since arm()

  struct File;  ///< an open file of SQLite's

 private:
  friend struct File;
  /// Whether this call goes through; `writes`: it needs room.
  bool allows(bool writes);
  void synced(const std::string& path);

  sqlite3_vfs* below_;
  std::unique_ptr<sqlite3_vfs> shim_;
  Fault fault_ = Fault::io_error;
  std::uint64_t calls_ = 0, strike_at_ = 0;
  bool struck_ = false;
  std::map<std::string, std::string> on_disk_;  ///< what a power cut would leave, of files that were opened for writing
};

}  // namespace thresher::test
