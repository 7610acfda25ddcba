#include "store/recovery/evidence.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "store/sqlite_database.h"

namespace thresher::store {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json json_of(const Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::nullptr_t>)
          return nullptr;
        else
          return held;
      },
      value);
}

/// Reads what can be read, and keeps a list of what cannot.
class Diagnosis {
 public:
  explicit Diagnosis(Database& database) : database_(database) {}

  Json rows(const std::string& sql, const std::vector<std::string>& names) {
    const auto found = database_.execute(sql);
    if (!found) return note(found.error());
    Json all = Json::array();
    for (const std::vector<Value>& row : found->rows) {
      Json& object = all.emplace_back(Json::object());
      for (std::size_t i = 0; i < names.size(); ++i) object[names[i]] = json_of(row.at(i));
    }
    return all;
  }
  Json value(const std::string& sql) {
    const auto found = database_.execute(sql);
    if (!found) return note(found.error());
    return found->rows.empty() ? Json() : json_of(found->rows.front().front());
  }
  Json& errors() { return errors_; }

 private:
  Json note(const Error& error) {
    errors_.push_back(error.message);
    return nullptr;
  }
  Database& database_;
  Json errors_ = Json::array();
};

Json facts_of(const fs::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return {{"path", path.string()}, {"missing", true}};
  return {{"path", path.string()},
          {"size_bytes", facts.st_size},
          {"modified", format_wall_time(WallTime(std::chrono::seconds(facts.st_mtim.tv_sec)))}};
}

Json lock_of(Database& database) {
  auto begun = database.begin_exclusive();
  if (!begun) return begun.error().message;
  database.rollback();
  return "free";
}

constexpr int kShown = 50;
const std::vector<std::string> kTables = {"tasks", "work_items", "checkpoints", "idempotency_keys", "task_audits"};

Result<bool> verified(RecoveryStore& kit, const EvidenceItem& item) {
  std::error_code problem;
  switch (item.type) {
    case EvidenceItem::Type::artifact_exists:
      return fs::exists(item.subject, problem);
    case EvidenceItem::Type::file_sha256: {
      const auto content = read_file(item.subject);
      if (!content) return false;
      const std::string hash = sha256_of(*content);
      return hash == item.expected || hash == "sha256:" + item.expected;
    }
    case EvidenceItem::Type::command_exit:
      return item.seen == item.expected;
    case EvidenceItem::Type::db_row:
      break;
  }
  if (std::find(kTables.begin(), kTables.end(), item.subject) == kTables.end())
    return fail(ErrorCode::invalid_argument,
                fmt::format("evidence: there is no table '{}'; there are {}", item.subject, fmt::join(kTables, ", ")));
  std::string where;
  std::vector<Value> values;
  for (const auto& [column, value] : item.columns) {
    const auto known =
        kit.database().execute("SELECT 1 FROM pragma_table_info($1) WHERE name = $2", {item.subject, column});
    if (!known) return fail(Error(known.error()));
    if (known->rows.empty())
      return fail(ErrorCode::invalid_argument, fmt::format("evidence: '{}' has no column '{}'", item.subject, column));
    values.emplace_back(value);
    where += fmt::format("{}CAST({} AS TEXT) = ${}", where.empty() ? "" : " AND ", column, values.size());
  }
  const auto found = kit.database().execute(
      fmt::format("SELECT 1 FROM {}{}{} LIMIT 1", item.subject, where.empty() ? "" : " WHERE ", where), values);
  if (!found) return fail(Error(found.error()));
  return !found->rows.empty();
}

std::string named(const EvidenceItem& item) {
  switch (item.type) {
    case EvidenceItem::Type::artifact_exists:
      return fmt::format("artifact_exists: there is no '{}'", item.subject);
    case EvidenceItem::Type::file_sha256:
      return fmt::format("file_sha256: '{}' does not have the hash {}", item.subject, item.expected);
    case EvidenceItem::Type::command_exit:
      return fmt::format("command_exit: '{}' ended with {}, not {}", item.subject, item.seen, item.expected);
    case EvidenceItem::Type::db_row:
      break;
  }
  return fmt::format("db_row: '{}' has no such row", item.subject);
}

}  // namespace

std::string diagnose_store(const fs::path& path, const RecoveryClock& clock) {
  Json all = {{"file", facts_of(path)}, {"write_ahead_log", facts_of(path.string() + "-wal")}, {"boot", clock.boot}};
  auto database =
      open_sqlite(path, Nanoseconds::zero(), {.what = "recovery store", .way_out = "see 'file'", .room = "make room"});
  if (!database) {
    all["errors"] = Json::array({database.error().message});
    return all.dump(2) + "\n";
  }
  Diagnosis diagnosis(**database);
  Json& pragmas = all["pragmas"] = Json::object();
  for (const char* pragma : {"journal_mode", "synchronous", "foreign_keys", "user_version", "page_size", "page_count",
                             "freelist_count", "integrity_check"})
    pragmas[pragma] = diagnosis.value(fmt::format("PRAGMA {}", pragma));
  Json& counts = all["row_counts"] = Json::object();
  for (const std::string& table : kTables) counts[table] = diagnosis.value("SELECT COUNT(*) FROM " + table);
  all["checkpoints"] = diagnosis.rows(
      fmt::format(
          "SELECT task_id, sequence_number, checkpoint_type, work_item_id, snapshot_data, snapshot_hash, created_at "
          "FROM checkpoints ORDER BY created_at DESC, rowid DESC LIMIT {}",
          kShown),
      {"task_id", "sequence_number", "checkpoint_type", "work_item_id", "snapshot_data", "snapshot_hash",
       "created_at"});
  all["active_work_items"] = diagnosis.rows(
      fmt::format("SELECT work_item_id, task_id, status, lease_holder, lease_expires_at, heartbeat_at, lease_boot, "
                  "lease_until, "
                  "fence, retry_count, max_retries FROM work_items WHERE status IN ('pending', 'in_progress') "
                  "ORDER BY created_at LIMIT {}",
                  kShown),
      {"work_item_id", "task_id", "status", "lease_holder", "lease_expires_at", "heartbeat_at", "lease_boot",
       "lease_until_ns_since_boot", "fence", "retry_count", "max_retries"});
  all["audits"] = diagnosis.rows(
      fmt::format("SELECT task_id, subject, event, detail, created_at FROM task_audits ORDER BY audit_id DESC LIMIT {}",
                  kShown),
      {"task_id", "subject", "event", "detail", "created_at"});
  all["idempotency_keys"] =
      diagnosis.rows("SELECT status, COUNT(*) FROM idempotency_keys GROUP BY status", {"status", "count"});
  all["now_ns_since_boot"] = clock.now().since_boot.count();
  all["lock"] = lock_of(**database);
  all["errors"] = diagnosis.errors();
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<EvidenceVerdict> verify_evidence(RecoveryStore& kit, const EvidencePack& pack) {
  EvidenceVerdict verdict;
  for (const EvidenceItem& item : pack.items) {
    const auto seen = verified(kit, item);
    if (!seen) return fail(Error(seen.error()));
    if (*seen)
      ++verdict.verified;
    else
      verdict.missing.push_back(named(item));
  }
  const bool all = verdict.missing.empty();
  verdict.holds = all || (!pack.require_all && pack.allow_partial && verdict.verified >= pack.min_verified);
  return verdict;
}

}  // namespace thresher::store
