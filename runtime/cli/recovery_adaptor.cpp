#include "cli/recovery_adaptor.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cli/recovery_operations.h"
#include "store/location.h"
#include "store/recovery/recovery_service.h"
#include "store/sqlite_database.h"

namespace thresher::cli {
namespace {

using bindings::RecoveryAnswer;
using nlohmann::json;
using Answer = std::function<void(RecoveryAnswer)>;

std::string written(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// The claims a session has taken and not settled. Shared by the session and by what it asked that is still to be done.
class OpenClaims {
 public:
  /// False: the session is gone, and nobody will settle it.
  bool add(const store::Claim& claim) {
    const std::lock_guard lock(mutex_);
    if (!ended_) claims_.push_back(claim);
    return !ended_;
  }
  void remove(const std::string& key) {
    const std::lock_guard lock(mutex_);
    std::erase_if(claims_, [&key](const store::Claim& claim) { return claim.key == key; });
  }
  std::vector<store::Claim> end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    return std::exchange(claims_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<store::Claim> claims_;
  bool ended_ = false;
};

constexpr std::string_view kUserLeft = "its user went before it was settled";

/// A kit in a file. Opened by the first question.
struct SharedKit {
  explicit SharedKit(std::unique_ptr<store::RecoveryService> started) : service(std::move(started)) {}
  EffectCounts counts;
  std::unique_ptr<store::RecoveryService> service;  ///< last: what it still does when it is destroyed counts
};

class SharedSession final : public bindings::RecoverySession {
 public:
  explicit SharedSession(SharedKit& kit) : kit_(kit) {}
  ~SharedSession() override {
    for (const store::Claim& claim : claims_->end())
      kit_.service->do_later([claim](store::RecoveryStore& store) { return store.effects().abandon(claim, kUserLeft); },
                             [](const Result<void>&) {});
  }

  void ask(std::string_view name, std::string arguments, Answer answer) override {
    auto made = RecoveryOperation::make(name, std::move(arguments));
    if (!made) return answer(fail(std::move(made.error())));
    const auto operation = std::make_shared<RecoveryOperation>(std::move(*made));
    if (operation->is_claim()) return claim(operation, std::move(answer));
    // Made by the work, told once it is on the disk; both on the service's thread.
    const auto result = std::make_shared<json>();
    auto work = [this_kit = &kit_, claims = claims_, operation, result](store::RecoveryStore& store) -> Result<void> {
      auto performed = operation->perform(store, this_kit->counts, {});
      if (!performed) return fail(std::move(performed.error()));
      *result = std::move(*performed);
      if (const std::string key = operation->settled_key(); !key.empty()) claims->remove(key);
      return {};
    };
    auto tell = [result, answer = std::move(answer)](Result<void> kept) {
      if (!kept) return answer(fail(std::move(kept.error())));
      answer(written(*result));
    };
    if (operation->only_reads()) return kit_.service->look_later(std::move(work), std::move(tell));
    kit_.service->do_later(std::move(work), std::move(tell));
  }

 private:
  using Operation = std::shared_ptr<RecoveryOperation>;

  /// Looks first: what is settled already is told without waiting for whoever writes.
  void claim(Operation operation, Answer answer) {
    const auto found = std::make_shared<store::Claim>();
    kit_.service->look_later(
        [operation, found](store::RecoveryStore& store) -> Result<void> {
          auto looked = operation->look(store);
          if (!looked) return fail(std::move(looked.error()));
          *found = std::move(*looked);
          return {};
        },
        [kit = &kit_, claims = claims_, operation, found, answer = std::move(answer)](Result<void> looked) mutable {
          if (!looked) return answer(fail(std::move(looked.error())));
          if (found->kind == store::Claim::Kind::execute) return make(*kit, claims, operation, std::move(answer));
          answer(written(operation->answer(*found, kit->counts)));
        });
  }

  static void make(SharedKit& kit, const std::shared_ptr<OpenClaims>& claims, const Operation& operation,
                   Answer answer) {
    const auto made = std::make_shared<store::Claim>();
    kit.service->do_later(
        [claims, operation, made](store::RecoveryStore& store) -> Result<void> {
          auto claimed = operation->claim(store);
          if (!claimed) return fail(std::move(claimed.error()));
          *made = std::move(*claimed);
          if (made->kind != store::Claim::Kind::execute || claims->add(*made)) return {};
          return store.effects().abandon(*made, kUserLeft);
        },
        [kit = &kit, operation, made, answer = std::move(answer)](Result<void> kept) {
          if (!kept) return answer(fail(std::move(kept.error())));
          answer(written(operation->answer(*made, kit->counts)));
        });
  }

  SharedKit& kit_;
  const std::shared_ptr<OpenClaims> claims_ = std::make_shared<OpenClaims>();
};

class SharedKits final : public bindings::RecoveryPort {
 public:
  std::unique_ptr<bindings::RecoverySession> open(const std::string& path, const Clock&) override {
    const std::lock_guard lock(mutex_);
    auto& kit = kits_[path];
    if (!kit)
      kit = std::make_unique<SharedKit>(
          store::RecoveryService::start_later([path]() -> Result<std::unique_ptr<store::RecoveryStore>> {
            if (!path.empty()) return store::RecoveryStore::open(path);
            auto found = store::locate_recovery();
            if (!found) return fail(std::move(found.error()));
            return store::RecoveryStore::open(*found);
          }));
    return std::make_unique<SharedSession>(*kit);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<SharedKit>> kits_;  ///< by path as given; two names for a file share its locks
};

/// A kit of a rehearsal. `asker` is the clock of whoever asks: all loops of a rehearsal tell the same time.
struct RehearsedKit {
  Result<std::unique_ptr<store::RecoveryStore>> store = fail(ErrorCode::internal, "not opened");
  const Clock* asker = nullptr;
  EffectCounts counts;
  MakeId make_id;
};

class RehearsedSession final : public bindings::RecoverySession {
 public:
  RehearsedSession(RehearsedKit& kit, const Clock& clock) : kit_(kit), clock_(clock) {}
  ~RehearsedSession() override {
    kit_.asker = &clock_;
    for (const store::Claim& claim : claims_.end())
      static_cast<void>((*kit_.store)->effects().abandon(claim, kUserLeft));  // refused: it has run out
  }

  void ask(std::string_view name, std::string arguments, Answer answer) override {
    kit_.asker = &clock_;
    answer(answer_to(name, std::move(arguments)));
  }

 private:
  RecoveryAnswer answer_to(std::string_view name, std::string arguments) {
    auto operation = RecoveryOperation::make(name, std::move(arguments));
    if (!operation) return fail(operation.error());
    if (!kit_.store) return fail(kit_.store.error());
    if (operation->is_claim()) {
      const auto claim = operation->claim(**kit_.store);
      if (!claim) return fail(claim.error());
      if (claim->kind == store::Claim::Kind::execute) claims_.add(*claim);
      return written(operation->answer(*claim, kit_.counts));
    }
    const auto performed = operation->perform(**kit_.store, kit_.counts, kit_.make_id);
    if (!performed) return fail(performed.error());
    if (const std::string key = operation->settled_key(); !key.empty()) claims_.remove(key);
    return written(*performed);
  }

  RehearsedKit& kit_;
  const Clock& clock_;
  OpenClaims claims_;
};

class RehearsedKits final : public bindings::RecoveryPort {
 public:
  explicit RehearsedKits(std::uint64_t seed) : seed_(seed) {}

  std::unique_ptr<bindings::RecoverySession> open(const std::string& path, const Clock& clock) override {
    auto& kit = kits_[path];
    if (!kit) kit = make(path);
    return std::make_unique<RehearsedSession>(*kit, clock);
  }

 private:
  std::unique_ptr<RehearsedKit> make(const std::string& path) {
    auto kit = std::make_unique<RehearsedKit>();
    kit->make_id = [seed = seed_, path, made = 0](std::string_view of) mutable {
      const std::string subject = of.empty() ? fmt::format("item {}", ++made) : std::string(of);
      return store::sha256_of(fmt::format("{} {} {}", seed, path, subject))
          .substr(std::string_view("sha256:").size(), 32);
    };
    auto database = store::open_sqlite_in_memory({.what = "recovery store"});
    if (!database) {
      kit->store = fail(std::move(database.error()));
      return kit;
    }
    kit->store = store::RecoveryStore::open(
        std::move(*database), {.now =
                                   [kit = kit.get()] {
                                     if (kit->asker == nullptr) return store::Moment{};
                                     return store::Moment{kit->asker->wall_now(), kit->asker->now().time_since_epoch()};
                                   },
                               .boot = "rehearsal"});
    return kit;
  }

  const std::uint64_t seed_;
  std::map<std::string, std::unique_ptr<RehearsedKit>> kits_;
};

}  // namespace

std::unique_ptr<bindings::RecoveryPort> make_recovery_kits() { return std::make_unique<SharedKits>(); }

std::unique_ptr<bindings::RecoveryPort> make_rehearsed_kits(std::uint64_t seed) {
  return std::make_unique<RehearsedKits>(seed);
}

}  // namespace thresher::cli
