#include "store/sql_run_store.h"

#include <fmt/format.h>

#include <charconv>
#include <random>
#include <utility>

#include "base/text.h"
#include "store/run_id.h"
#include "store/run_rows.h"
#include "store/schema.h"

namespace thresher::store {
namespace {

/// Run $1, whose status may still change: by its owner ($2, $3, $4) alone, which another process may have become.
constexpr std::string_view kOpenRun =
    "id = $1 AND (status = 'running' OR swept = 1) AND owner_pid = $2 AND owner_started_ticks = $3 AND owner_boot = $4";

/// A LIKE pattern for "somewhere in it", its own wildcards escaped by a backslash.
std::string somewhere(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

class SqlRunStore final : public RunStore {
 public:
  SqlRunStore(std::unique_ptr<Database> database, OpenOptions options)
      : database_(std::move(database)), owner_(std::move(options.owner)), now_(std::move(options.now)) {
    if (!now_) now_ = [] { return WallTime(std::chrono::system_clock::now()); };
  }

  Result<void> prepare() {
    if (auto migrated = migrate(*database_, now_()); !migrated) return migrated;
    return sweep();
  }

  Result<std::string> begin(const RunStart& start) override;
  Result<void> heartbeat(const std::string& id) override;
  Result<void> save_progress(const std::string& id, std::string_view progress) override;
  Result<std::optional<RunProgress>> progress_of(const std::string& id) override;
  Result<void> take_over(const std::string& id) override;
  Result<void> finish(const std::string& id, const RunEnd& end) override;
  Result<void> annotate(const std::string& id, std::string_view text) override;
  Result<void> set_baseline(const std::string& id, bool is_baseline) override;
  Result<std::vector<RunRecord>> list(const RunFilter& filter) override;
  Result<RunRecord> get(const std::string& id) override;
  Result<std::string> resolve(std::string_view reference) override;
  Result<std::vector<RunRecord>> comparable_before(const RunRecord& run, std::size_t count) override;
  Result<void> remove(const std::string& id) override;

 private:
  /// `ask` once more when the connection was lost and could be made again. Only for what is harmless to repeat.
  template <class Ask>
  auto persistently(Ask ask) -> decltype(ask()) {
    auto done = ask();
    if (!done && database_->recovered()) return ask();
    return done;
  }
  Result<void> insert(const std::string& id, const RunStart& start, bool& taken);
  Result<void> write_progress(const std::string& id, std::string_view progress);
  Result<void> beat(const std::string& id);
  Result<void> write_end(const std::string& id, const RunEnd& end);
  Result<void> put_document(const std::string& id, const std::string& document);
  Result<void> append_note(const std::string& id, std::string_view text);
  Result<void> sweep();
  Result<void> mark_gone(const RunRecord& record, const Owner& owner);
  Result<std::vector<std::vector<Value>>> rows_of(const std::string& rest, const std::vector<Value>& values);
  Result<std::vector<RunRecord>> records_of(const std::string& rest, const std::vector<Value>& values);
  Result<std::string> resolve_last(std::string_view reference);
  tl::unexpected<Error> unknown(std::string_view id) const {
    return fail(ErrorCode::not_found,
                fmt::format("there is no run '{}' in {}; see `thresher runs`", id, database_->shown()));
  }

  std::unique_ptr<Database> database_;
  Owner owner_;
  std::function<WallTime()> now_;
  std::random_device random_;
};

Result<void> SqlRunStore::put_document(const std::string& id, const std::string& document) {
  if (document.empty()) return {};
  auto put = database_->execute(
      "INSERT INTO thresher_documents (run_id, document) VALUES ($1, $2) "
      "ON CONFLICT (run_id) DO UPDATE SET document = excluded.document",
      {id, storable(document)});
  if (!put) return fail(std::move(put.error()));
  return {};
}

Result<void> SqlRunStore::insert(const std::string& id, const RunStart& start, bool& taken) {
  const Value now = nanoseconds_of(now_());
  std::vector<Field> fields = fields_of(start);
  for (Field& field : fields_of(owner_)) fields.push_back(std::move(field));
  fields.push_back({"id", id});
  fields.push_back({"status", std::string(status::kRunning)});
  fields.push_back({"started_ns", now});
  fields.push_back({"heartbeat_ns", now});
  std::string columns, places;
  std::vector<Value> values;
  for (Field& field : fields) {
    values.push_back(std::move(field.value));
    columns += fmt::format("{}{}", columns.empty() ? "" : ", ", field.column);
    places += fmt::format("{}${}", places.empty() ? "" : ", ", values.size());
  }
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(std::move(transaction.error()));
  auto inserted = database_->execute(
      fmt::format("INSERT INTO thresher_runs ({}) VALUES ({}) ON CONFLICT (id) DO NOTHING", columns, places), values);
  if (!inserted) return fail(std::move(inserted.error()));
  taken = inserted->changed == 0;
  if (taken) return {};
  if (auto put = put_document(id, start.document); !put) return put;
  return transaction->commit();
}

Result<std::string> SqlRunStore::begin(const RunStart& start) {
  for (;;) {
    std::string id = make_run_id(now_(), random_());
    bool taken = false;
    if (auto inserted = insert(id, start, taken); !inserted) return fail(std::move(inserted.error()));
    if (!taken) return id;
  }
}

Result<void> SqlRunStore::beat(const std::string& id) {
  auto beaten = database_->execute(
      fmt::format("UPDATE thresher_runs SET heartbeat_ns = $5, status = 'running', swept = 0, finished_ns = NULL "
                  "WHERE {}",
                  kOpenRun),
      {id, owner_.pid, owner_.started_ticks, storable(owner_.boot), nanoseconds_of(now_())});
  if (!beaten) return fail(std::move(beaten.error()));
  if (beaten->changed == 0) return unknown(id);
  return {};
}

Result<void> SqlRunStore::heartbeat(const std::string& id) {
  return persistently([&] { return beat(id); });
}

Result<void> SqlRunStore::write_progress(const std::string& id, std::string_view progress) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(std::move(transaction.error()));
  if (auto beaten = beat(id); !beaten) return beaten;
  auto put = database_->execute(
      "INSERT INTO thresher_progress (run_id, at_ns, progress) VALUES ($1, $2, $3) "
      "ON CONFLICT (run_id) DO UPDATE SET at_ns = excluded.at_ns, progress = excluded.progress",
      {id, nanoseconds_of(now_()), storable(progress)});
  if (!put) return fail(std::move(put.error()));
  return transaction->commit();
}

Result<void> SqlRunStore::save_progress(const std::string& id, std::string_view progress) {
  return persistently([&] { return write_progress(id, progress); });
}

Result<std::optional<RunProgress>> SqlRunStore::progress_of(const std::string& id) {
  const auto saved = persistently([&] {
    return database_->execute("SELECT at_ns, progress FROM thresher_progress WHERE run_id = $1", {storable(id)});
  });
  if (!saved) return fail(Error(saved.error()));
  if (saved->rows.empty()) return std::nullopt;
  const std::vector<Value>& row = saved->rows.front();
  return RunProgress{WallTime(Nanoseconds(std::get<std::int64_t>(row.at(0)))), std::get<std::string>(row.at(1))};
}

Result<void> SqlRunStore::take_over(const std::string& id) {
  if (auto swept = sweep(); !swept) return swept;
  std::string changes;
  std::vector<Value> values{storable(id)};
  const auto set = [&](std::string_view column, Value value) {
    values.push_back(std::move(value));
    changes += fmt::format("{} = ${}, ", column, values.size());
  };
  for (Field& field : fields_of(owner_)) set(field.column, std::move(field.value));
  set("heartbeat_ns", nanoseconds_of(now_()));
  auto taken = database_->execute(fmt::format("UPDATE thresher_runs SET {}status = 'running', swept = 0, finished_ns = "
                                              "NULL WHERE id = $1 AND status = 'interrupted' AND swept = 1",
                                              changes),
                                  values);
  if (!taken) return fail(std::move(taken.error()));
  if (taken->changed > 0) return {};
  const auto rows = rows_of("WHERE id = $1", {storable(id)});
  if (!rows) return fail(Error(rows.error()));
  if (rows->empty()) return unknown(id);
  const RunRecord record = record_of(rows->front());
  const Owner owner = owner_of(rows->front());
  if (record.running())
    return fail(ErrorCode::invalid_argument,
                fmt::format("run '{}' goes on (process {} on {})", id, owner.pid, owner.machine));
  return fail(ErrorCode::invalid_argument,
              fmt::format("run '{}' has ended ({}): only one whose process died is continued", id, record.end.status));
}

Result<void> SqlRunStore::write_end(const std::string& id, const RunEnd& end) {
  std::string changes;
  std::vector<Value> values{id, owner_.pid, owner_.started_ticks, storable(owner_.boot)};
  const auto set = [&](std::string_view column, Value value) {
    values.push_back(std::move(value));
    changes += fmt::format("{} = ${}, ", column, values.size());
  };
  for (Field& field : fields_of(end)) set(field.column, std::move(field.value));
  const Value now = nanoseconds_of(now_());
  set("finished_ns", now);
  set("heartbeat_ns", now);
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(std::move(transaction.error()));
  auto updated =
      database_->execute(fmt::format("UPDATE thresher_runs SET {}swept = 0 WHERE {}", changes, kOpenRun), values);
  if (!updated) return fail(std::move(updated.error()));
  if (updated->changed == 0) return unknown(id);
  if (auto put = put_document(id, end.document); !put) return put;
  if (auto forgotten = database_->execute("DELETE FROM thresher_progress WHERE run_id = $1", {id}); !forgotten)
    return fail(std::move(forgotten.error()));
  return transaction->commit();
}

Result<void> SqlRunStore::finish(const std::string& id, const RunEnd& end) {
  return persistently([&] { return write_end(id, end); });
}

Result<void> SqlRunStore::append_note(const std::string& id, std::string_view text) {
  auto noted = database_->execute(
      "INSERT INTO thresher_notes (run_id, number, at_ns, text) "
      "SELECT id, (SELECT COUNT(*) + 1 FROM thresher_notes WHERE run_id = $1), $2, $3 FROM thresher_runs WHERE id = $1",
      {id, nanoseconds_of(now_()), storable(text)});
  if (!noted) return fail(std::move(noted.error()));
  if (noted->changed == 0) return unknown(id);
  return {};
}

Result<void> SqlRunStore::annotate(const std::string& id, std::string_view text) {
  auto transaction = Transaction::begin(*database_);  // the numbers of notes are counted
  if (!transaction) return fail(std::move(transaction.error()));
  if (auto noted = append_note(id, text); !noted) return noted;
  return transaction->commit();
}

Result<void> SqlRunStore::set_baseline(const std::string& id, bool is_baseline) {
  const auto records = records_of("WHERE id = $1", {storable(id)});
  if (!records) return fail(Error(records.error()));
  if (records->empty()) return unknown(id);
  const RunRecord& run = records->front();
  if (is_baseline && !run.whole())
    return fail(ErrorCode::invalid_argument,
                fmt::format("run '{}' is {}{}: only one that went to its end and measured the target can be a baseline",
                            id, run.end.status, run.end.validity.empty() ? "" : " and " + run.end.validity));
  auto changed = is_baseline ? database_->execute(
                                   "UPDATE thresher_runs SET baseline = CASE WHEN id = $1 THEN 1 ELSE 0 END "
                                   "WHERE id = $1 OR (baseline = 1 AND kind = $2 AND conditions = $3)",
                                   {run.id, storable(run.start.kind), storable(run.start.conditions)})
                             : database_->execute("UPDATE thresher_runs SET baseline = 0 WHERE id = $1", {run.id});
  if (!changed) return fail(std::move(changed.error()));
  return {};
}

Result<std::vector<std::vector<Value>>> SqlRunStore::rows_of(const std::string& rest,
                                                             const std::vector<Value>& values) {
  auto rows = persistently([&] {
    return database_->execute(fmt::format("SELECT {} FROM thresher_runs {}", record_columns(), rest), values);
  });
  if (!rows) return fail(std::move(rows.error()));
  return std::move(rows->rows);
}

Result<std::vector<RunRecord>> SqlRunStore::records_of(const std::string& rest, const std::vector<Value>& values) {
  const auto rows = rows_of(rest, values);
  if (!rows) return fail(Error(rows.error()));
  std::vector<RunRecord> records;
  for (const std::vector<Value>& row : *rows) records.push_back(record_of(row));
  return records;
}

Result<std::vector<RunRecord>> SqlRunStore::list(const RunFilter& filter) {
  if (auto swept = sweep(); !swept) return fail(std::move(swept.error()));
  std::string where;
  std::vector<Value> values;
  const auto require = [&](std::string_view condition, Value value) {
    values.push_back(std::move(value));
    where += fmt::format("{} {} ${}{}", where.empty() ? "WHERE" : " AND", condition, values.size(),
                         condition.ends_with("LIKE") ? " ESCAPE '\\'" : "");
  };
  if (!filter.kind.empty()) require("kind =", storable(filter.kind));
  if (!filter.status.empty()) require("status =", storable(filter.status));
  if (filter.started_before) require("started_ns <", nanoseconds_of(*filter.started_before));
  if (!filter.text.empty()) {
    std::string lower = storable(filter.text);
    for (char& c : lower) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    require("lower(name || ' ' || files || ' ' || profile || ' ' || host || ' ' || command_line || ' ' || tags) LIKE",
            somewhere(lower));
  }
  values.push_back(static_cast<std::int64_t>(filter.limit));
  return records_of(fmt::format("{} ORDER BY started_ns DESC, id DESC LIMIT ${}", where, values.size()), values);
}

Result<RunRecord> SqlRunStore::get(const std::string& id) {
  auto records = records_of("WHERE id = $1", {storable(id)});
  if (!records) return fail(std::move(records.error()));
  if (records->empty()) return unknown(id);
  RunRecord record = std::move(records->front());
  auto document = database_->execute("SELECT document FROM thresher_documents WHERE run_id = $1", {record.id});
  if (!document) return fail(std::move(document.error()));
  if (!document->rows.empty()) record.document = std::get<std::string>(document->rows.front().at(0));
  auto notes =
      database_->execute("SELECT at_ns, text FROM thresher_notes WHERE run_id = $1 ORDER BY number", {record.id});
  if (!notes) return fail(std::move(notes.error()));
  for (const std::vector<Value>& row : notes->rows)
    record.notes.push_back(
        {WallTime(Nanoseconds(std::get<std::int64_t>(row.at(0)))), std::get<std::string>(row.at(1))});
  return record;
}

Result<std::string> SqlRunStore::resolve_last(std::string_view reference) {
  std::string_view rest = reference.substr(std::string_view("last").size());
  std::int64_t back = 0;
  if (!rest.empty()) {
    rest.remove_prefix(1);  // the ~
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), back);
    if (problem != std::errc{} || end != rest.data() + rest.size() || back < 0)
      return fail(ErrorCode::invalid_argument, fmt::format("'{}': expected last or last~N, such as last~1", reference));
  }
  auto rows =
      database_->execute("SELECT id FROM thresher_runs ORDER BY started_ns DESC, id DESC LIMIT 1 OFFSET $1", {back});
  if (!rows) return fail(std::move(rows.error()));
  if (rows->rows.empty())
    return fail(ErrorCode::not_found,
                fmt::format("'{}': there are not so many runs in {}", reference, database_->shown()));
  return std::get<std::string>(rows->rows.front().at(0));
}

Result<std::string> SqlRunStore::resolve(std::string_view reference) {
  if (reference == "last" || reference.starts_with("last~")) return resolve_last(reference);
  if (reference.empty()) return fail(ErrorCode::invalid_argument, "a run's id is empty; see `thresher runs`");
  constexpr std::size_t kShown = 4;
  const auto found = records_of("WHERE substr(id, 1, length($1)) = $1 ORDER BY id DESC LIMIT $2",
                                {storable(reference), std::int64_t{kShown + 1}});
  if (!found) return fail(Error(found.error()));
  if (found->empty()) return unknown(reference);
  if (found->size() == 1) return found->front().id;
  std::string candidates;
  for (std::size_t i = 0; i < std::min(found->size(), kShown); ++i) candidates += " " + (*found)[i].id;
  return fail(ErrorCode::invalid_argument, fmt::format("'{}' is the beginning of several runs:{}{}", reference,
                                                       candidates, found->size() > kShown ? " ..." : ""));
}

Result<std::vector<RunRecord>> SqlRunStore::comparable_before(const RunRecord& run, std::size_t count) {
  return records_of(
      "WHERE kind = $1 AND conditions = $2 AND (started_ns < $3 OR (started_ns = $3 AND id < $4)) "
      "AND status IN ('completed', 'completed_with_failures') AND validity <> 'INVALID' "
      "ORDER BY started_ns DESC, id DESC LIMIT $5",
      {storable(run.start.kind), storable(run.start.conditions), nanoseconds_of(run.started), run.id,
       static_cast<std::int64_t>(count)});
}

Result<void> SqlRunStore::remove(const std::string& id) {
  if (auto swept = sweep(); !swept) return swept;
  auto removed = database_->execute("DELETE FROM thresher_runs WHERE id = $1 AND status <> 'running'", {storable(id)});
  if (!removed) return fail(std::move(removed.error()));
  if (removed->changed > 0) return {};
  const auto rows = rows_of("WHERE id = $1", {storable(id)});
  if (!rows) return fail(Error(rows.error()));
  if (rows->empty()) return unknown(id);
  const Owner owner = owner_of(rows->front());
  return fail(ErrorCode::invalid_argument, fmt::format("run '{}' is still going on (process {} on {}): stop it first",
                                                       id, owner.pid, owner.machine));
}

Result<void> SqlRunStore::sweep() {
  const auto rows = rows_of("WHERE status = 'running'", {});
  if (!rows) return fail(Error(rows.error()));
  for (const std::vector<Value>& row : *rows) {
    const RunRecord record = record_of(row);
    const Owner owner = owner_of(row);
    if (!is_gone(owner, owner_, record.heartbeat, now_(), kHeartbeatTimeout)) continue;
    if (auto marked = mark_gone(record, owner); !marked) return marked;
  }
  return {};
}

Result<void> SqlRunStore::mark_gone(const RunRecord& record, const Owner& owner) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(std::move(transaction.error()));
  // The heartbeat as seen: one that came meanwhile, or another process's sweep, wins.
  auto marked = database_->execute(
      "UPDATE thresher_runs SET status = 'interrupted', swept = 1, finished_ns = heartbeat_ns "
      "WHERE id = $1 AND status = 'running' AND heartbeat_ns = $2",
      {record.id, nanoseconds_of(record.heartbeat)});
  if (!marked) return fail(std::move(marked.error()));
  if (marked->changed == 0) return {};
  const auto saved = database_->execute("SELECT 1 FROM thresher_progress WHERE run_id = $1", {record.id});
  if (!saved) return fail(Error(saved.error()));
  auto noted = append_note(
      record.id,
      fmt::format("its process {} on {} is gone; its last sign of life was at {}{}", owner.pid, owner.machine,
                  format_wall_time(record.heartbeat),
                  saved->rows.empty() ? "" : fmt::format("; `thresher resume {}` goes on with it", record.id)));
  if (!noted) return noted;
  return transaction->commit();
}

}  // namespace

Result<std::unique_ptr<RunStore>> make_sql_run_store(std::unique_ptr<Database> database, OpenOptions options) {
  auto store = std::make_unique<SqlRunStore>(std::move(database), std::move(options));
  if (auto ready = store->prepare(); !ready) return fail(std::move(ready.error()));
  return store;
}

}  // namespace thresher::store
