#include <filesystem>
#include <lua.hpp>

#include "bindings/arguments.h"
#include "bindings/runner.h"
#include "bindings/script_host.h"
#include "bindings/user.h"

namespace thresher::bindings {
namespace {

using script::misuse;

constexpr const char* kDataType = "thresher.data";

const DataRows& rows_at(lua_State* state, std::size_t& index, const char* what) {
  lua_getfield(state, LUA_REGISTRYINDEX, kDataType);
  const bool is_data =
      lua_isuserdata(state, 1) != 0 && lua_getmetatable(state, 1) != 0 && lua_rawequal(state, -1, -2) != 0;
  if (!is_data) misuse(state, "{}: write rows:{}(), with a colon", what, what);
  index = *static_cast<std::size_t*>(lua_touserdata(state, 1));
  return host_of(state).data_rows[index];
}

/// Which row the user's next draw is; counts it. `users` is the plan's most.
std::size_t draw(lua_State* state, User& user, const DataRows& rows, std::size_t index, std::uint64_t users) {
  const auto count = rows.set->rows();
  if (rows.order == Order::random) return static_cast<std::size_t>(user.random.below(count));
  if (user.draws.size() <= index) user.draws.resize(index + 1);
  const std::uint64_t drawn = user.draws[index]++;
  const bool open = user.iteration.open_model;
  const std::uint64_t who = open ? user.iteration.number : user.number;
  if (rows.order == Order::sequential) return static_cast<std::size_t>((who + drawn) % count);
  if (open && drawn > 0) misuse(state, "next: '{}' is unique, which gives an arrival one row", rows.name);
  const std::uint64_t row = who + drawn * users;
  if (row >= count) misuse(state, "next: the {} unique rows of '{}' are used up", count, rows.name);
  return static_cast<std::size_t>(row);
}

/// rows:next() -> the user's next row
int rows_next(lua_State* state) {
  std::size_t index = 0;
  const auto& rows = rows_at(state, index, "next");
  auto& user = user_of(state, "next");
  rows.set->push_row(state, draw(state, user, rows, index, user.runner.plan().users));
  return 1;
}

/// rows:get(n) -> row n, from 1
int rows_get(lua_State* state) {
  std::size_t index = 0;
  const auto& rows = rows_at(state, index, "get");
  const double number = number_argument(state, 2, "get");
  if (!(number >= 1 && number <= static_cast<double>(rows.set->rows()))) {
    return misuse(state, "get: '{}' has rows 1 to {}, not {}", rows.name, rows.set->rows(), number);
  }
  rows.set->push_row(state, static_cast<std::size_t>(number) - 1);
  return 1;
}

int rows_length(lua_State* state) {
  std::size_t index = 0;
  lua_pushinteger(state, static_cast<lua_Integer>(rows_at(state, index, "#").set->rows()));
  return 1;
}

/// open_data("csv" | "json", path, order, header, delimiter) -> rows
int open_data(lua_State* state) {
  auto& host = host_of(state);
  const auto order = string_argument(state, 3, "iterate"), delimiter = string_argument(state, 5, "delimiter");
  if (order != "sequential" && order != "random" && order != "unique") {
    return misuse(state, "data: iterate must be \"sequential\", \"random\" or \"unique\", not \"{}\"", order);
  }
  if (delimiter.size() != 1) return misuse(state, "data.csv: the delimiter is one character");
  bool opened = false;
  {
    script::Position author;
    script::author_position(state, author);
    const std::filesystem::path asked = text_at(state, 2);
    const auto path = std::filesystem::path(host.vm.path_of(author.chunk)).parent_path() / asked;
    auto set = host.options.data->open(
        path.string(),
        {.json = text_at(state, 1) == "json", .header = lua_toboolean(state, 4) != 0, .delimiter = delimiter[0]});
    if (!set) {
      script::push_problem(state, fmt::format("data: {}", to_text(set.error())));
    } else if ((*set)->rows() == 0) {
      script::push_problem(state, fmt::format("data: '{}' has no rows", asked.string()));
    } else {
      host.data_rows.push_back({.set = std::move(*set),
                                .order = order == "random"   ? Order::random
                                         : order == "unique" ? Order::unique
                                                             : Order::sequential,
                                .name = asked.string()});
      opened = true;
    }
  }
  if (!opened) script::raise(state);
  *static_cast<std::size_t*>(lua_newuserdata(state, sizeof(std::size_t))) = host.data_rows.size() - 1;
  lua_getfield(state, LUA_REGISTRYINDEX, kDataType);
  lua_setmetatable(state, -2);
  return 1;
}

}  // namespace

std::shared_ptr<DataStore> make_data_store() { return std::make_shared<DataStore>(); }

void add_data_natives(lua_State* state, ScriptHost& host) {
  luaL_newmetatable(state, kDataType);
  add_natives(state, host, {{"__len", rows_length}});
  lua_newtable(state);
  add_natives(state, host, {{"next", rows_next}, {"get", rows_get}});
  lua_setfield(state, -2, "__index");
  lua_pop(state, 1);
  add_natives(state, host, {{"open_data", open_data}});
}

}  // namespace thresher::bindings
