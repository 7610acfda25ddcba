#include "support/faulty_vfs.h"

#include <sqlite3.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace thresher::test {
namespace fs = std::filesystem;
namespace {

FaultyVfs& shim_of(sqlite3_vfs* vfs) { return *static_cast<FaultyVfs*>(vfs->pAppData); }

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::string content(static_cast<std::size_t>(file.tellg()), '\0');
  file.seekg(0);
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  return content;
}

}  // namespace

/// SQLite allocates it with the file below right behind.
struct FaultyVfs::File {
  sqlite3_file base;
  FaultyVfs* vfs;
  std::string* path;  ///< nullptr: a temporary file
  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

  static int close(sqlite3_file* file) {
    const int status = of(file).below()->pMethods->xClose(of(file).below());
    delete std::exchange(of(file).path, nullptr);
    return status;
  }
  static int read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
    return of(file).below()->pMethods->xRead(of(file).below(), into, size, at);
  }
  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    if (!of(file).vfs->allows(true)) return of(file).vfs->fault_ == Fault::disk_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    return of(file).below()->pMethods->xWrite(of(file).below(), from, size, at);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (!of(file).vfs->allows(false)) return SQLITE_IOERR_TRUNCATE;
    return of(file).below()->pMethods->xTruncate(of(file).below(), size);
  }
  static int sync(sqlite3_file* file, int) {
    if (!of(file).vfs->allows(false)) return SQLITE_IOERR_FSYNC;
    if (of(file).path != nullptr) of(file).vfs->synced(*of(file).path);
    return SQLITE_OK;  // the real disk need not know
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    return of(file).below()->pMethods->xFileSize(of(file).below(), size);
  }
  static int lock(sqlite3_file* file, int kind) { return of(file).below()->pMethods->xLock(of(file).below(), kind); }
  static int unlock(sqlite3_file* file, int kind) {
    return of(file).below()->pMethods->xUnlock(of(file).below(), kind);
  }
  static int check_lock(sqlite3_file* file, int* held) {
    return of(file).below()->pMethods->xCheckReservedLock(of(file).below(), held);
  }
  static int control(sqlite3_file* file, int what, void* argument) {
    return of(file).below()->pMethods->xFileControl(of(file).below(), what, argument);
  }
  static int sector_size(sqlite3_file* file) { return of(file).below()->pMethods->xSectorSize(of(file).below()); }
  static int characteristics(sqlite3_file* file) {
    return of(file).below()->pMethods->xDeviceCharacteristics(of(file).below());
  }
  static int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
    return of(file).below()->pMethods->xShmMap(of(file).below(), page, size, extend, memory);
  }
  static int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    return of(file).below()->pMethods->xShmLock(of(file).below(), offset, count, flags);
  }
  static void barrier(sqlite3_file* file) { of(file).below()->pMethods->xShmBarrier(of(file).below()); }
  static int unmap_shared(sqlite3_file* file, int remove) {
    return of(file).below()->pMethods->xShmUnmap(of(file).below(), remove);
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* given) {
    static const sqlite3_io_methods kMethods = {
        2,          close,   read,        write,           truncate,   sync,        size,    lock,         unlock,
        check_lock, control, sector_size, characteristics, map_shared, lock_shared, barrier, unmap_shared, nullptr,
        nullptr};
    FaultyVfs& shim = shim_of(vfs);
    File& mine = of(file);
    mine.base.pMethods = nullptr;
    mine.vfs = &shim;
    mine.path = nullptr;
    if ((flags & SQLITE_OPEN_CREATE) != 0 && !shim.allows(false)) return SQLITE_CANTOPEN;
    const int status = shim.below_->xOpen(shim.below_, path, mine.below(), flags, given);
    if (status != SQLITE_OK) return status;
    if (path != nullptr) {
      mine.path = new std::string(path);
      shim.on_disk_.try_emplace(path, content_of(path));
    }
    mine.base.pMethods = &kMethods;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    FaultyVfs& shim = shim_of(vfs);
    if (!shim.allows(false)) return SQLITE_IOERR_DELETE;
    shim.on_disk_.erase(path);
    return shim.below_->xDelete(shim.below_, path, sync_folder);
  }
};

FaultyVfs::FaultyVfs() : below_(sqlite3_vfs_find(nullptr)), shim_(std::make_unique<sqlite3_vfs>(*below_)) {
  shim_->szOsFile = static_cast<int>(sizeof(File)) + below_->szOsFile;
  shim_->pNext = nullptr;
  shim_->zName = "faulty";
  shim_->pAppData = this;
  shim_->xOpen = &File::open;
  shim_->xDelete = &File::remove;
  // The others take the shim for the VFS below, whose own data they do not look at.
  sqlite3_vfs_register(shim_.get(), 1);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(shim_.get());
  sqlite3_vfs_register(below_, 1);
}

void FaultyVfs::arm(Fault fault, std::uint64_t at) {
  fault_ = fault;
  calls_ = 0;
  strike_at_ = at;
  struck_ = false;
}

bool FaultyVfs::allows(bool writes) {
  ++calls_;
  if (strike_at_ == 0 || calls_ < strike_at_) return true;
  if (fault_ == Fault::io_error && calls_ > strike_at_) return true;
  if (fault_ == Fault::disk_full && !writes) return true;
  struck_ = true;
  return false;
}

void FaultyVfs::synced(const std::string& path) {
  if (fault_ == Fault::power_cut) on_disk_[path] = content_of(path);
}

void FaultyVfs::heal() {
  strike_at_ = 0;
  if (std::exchange(fault_, Fault::io_error) != Fault::power_cut || !struck_) return;
  for (const auto& [path, content] : on_disk_) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << content;
  }
  on_disk_.clear();
}

}  // namespace thresher::test
