#include "graph.h"

#include <bit>
#include <catch2/catch.hpp>

#include "thresher/random.hpp"

using farm::only;
using farm::Task;
using farm::TaskSet;

namespace {

std::vector<Task> random_graph(std::uint64_t seed, std::size_t count, double density) {
  thresher::Random random(seed);
  std::vector<Task> tasks(count);
  for (std::size_t i = 0; i < count; ++i) {
    tasks[i].index = static_cast<std::uint8_t>(i);
    tasks[i].id = "task-" + std::to_string(random.below(1000) * 100 + i);
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (random.chance(density)) tasks[i].depends_on(static_cast<std::uint8_t>(earlier));
  }
  return tasks;
}

std::vector<TaskSet> all_before(const std::vector<Task>& tasks) {
  std::vector<TaskSet> before(tasks.size());
  for (const Task& task : tasks)
    for (const std::uint8_t earlier : task.dependencies()) before[task.index] |= before[earlier] | only(earlier);
  return before;
}

/// By trying every set of tasks.
std::size_t widest_by_force(const std::vector<Task>& tasks) {
  const auto before = all_before(tasks);
  std::size_t widest = 0;
  for (TaskSet set = 1; set < only(tasks.size()); ++set) {
    bool independent = true;
    for (std::size_t i = 0; i < tasks.size() && independent; ++i)
      independent = (set & only(i)) == 0 || (before[i] & set) == 0;
    if (independent) widest = std::max(widest, static_cast<std::size_t>(std::popcount(set)));
  }
  return widest;
}

}  // namespace

TEST_CASE("the widest antichain is found in every small graph", "[generators]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const double density : {0.0, 0.1, 0.3, 0.6, 1.0}) {
      const auto tasks = random_graph(seed, 1 + seed % 10, density);
      REQUIRE(farm::widest_antichain(tasks) == widest_by_force(tasks));
    }
  }
}

TEST_CASE("a linear extension runs every task once, after what it needs, by id among the ready", "[generators]") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto tasks = random_graph(seed, 20, 0.15);
    TaskSet done = 0;
    const auto order = farm::linear_extension(tasks);
    REQUIRE(order.size() == tasks.size());
    for (const std::uint8_t next : order) {
      REQUIRE((done & only(next)) == 0);
      for (const Task& other : tasks) {
        TaskSet needs = 0;
        for (const std::uint8_t earlier : other.dependencies()) needs |= only(earlier);
        const bool ready = (done & only(other.index)) == 0 && (needs & ~done) == 0;
        if (other.index == next) REQUIRE(ready);
        if (ready) REQUIRE(tasks[next].id <= other.id);
      }
      done |= only(next);
    }
  }
}

TEST_CASE("sinks are what nothing depends on", "[generators]") {
  CHECK(farm::sinks(random_graph(1, 4, 0.0)) == 0b1111);
  CHECK(farm::sinks(random_graph(1, 4, 1.0)) == 0b1000);
}
