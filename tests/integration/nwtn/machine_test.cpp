#include <catch2/catch.hpp>
#include <filesystem>

#include "cli/nwtn_machine.h"
#include "support/subprocess.h"

using namespace std::chrono_literals;
using thresher::TimePoint;
using thresher::cli::MachineSample;
using thresher::cli::MachineSampler;
using thresher::cli::summarise;
using thresher::support::ScratchFolder;

namespace {

/// A /proc of our own.
struct Proc {
  ScratchFolder folder;
  Proc() { std::filesystem::create_directory(folder.path() + "/net"); }
  void tell(int busy, int idle, int available_kb, int received, int sent) const {
    folder.write("stat",
                 "cpu  " + std::to_string(busy) + " 0 0 " + std::to_string(idle) + " 10 0 0 0 0 0\ncpu0 1 2 3\n");
    folder.write("meminfo",
                 "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:   " + std::to_string(available_kb) + " kB\n");
    const auto device = [](int in, int out) {
      return std::to_string(in) + " 1 0 0 0 0 0 0 " + std::to_string(out) + " 1 0 0 0 0 0 0\n";
    };
    folder.write("net/dev", "Inter-| Receive | Transmit\n face |bytes |bytes\n    lo: " + device(received, sent) +
                                "  eth0:" + device(1000, 2000));
  }
};

}  // namespace

TEST_CASE("the machine's load is what was counted between two looks", "[nwtn]") {
  const Proc proc;
  proc.tell(100, 900, 400, 50, 70);
  MachineSampler sampler(proc.folder.path());
  proc.tell(130, 970, 250, 150, 370);
  const auto sample = sampler.sample(TimePoint{1s});
  REQUIRE(sample);
  CHECK(sample->cpu_percent == Approx(30));
  CHECK(sample->memory_percent == Approx(75));
  CHECK(sample->memory_available_bytes == Approx(250 * 1024));
  CHECK(sample->received_bytes == 100);
  CHECK(sample->sent_bytes == 300);
  proc.tell(130, 1070, 250, 0, 370);  // an interface came anew
  const auto next = sampler.sample(TimePoint{3s});
  REQUIRE(next);
  CHECK(next->cpu_percent == 0);
  CHECK(next->received_bytes == 0);
  CHECK(next->over == 2s);
}

TEST_CASE("a machine that does not tell has no figures", "[nwtn]") {
  const ScratchFolder empty;
  MachineSampler sampler(empty.path());
  CHECK_FALSE(sampler.sample(TimePoint{1s}));
  CHECK_FALSE(summarise({}));
}

TEST_CASE("this machine tells", "[nwtn]") {
  MachineSampler sampler;
  std::optional<MachineSample> sample;
  for (int look = 0; look < 100'000'000 && !sample; ++look)
    if (look % 1'000'000 == 0) sample = sampler.sample(TimePoint{1s});
  REQUIRE(sample);
  CHECK(sample->cpu_percent >= 0);
  CHECK(sample->cpu_percent <= 100);
  CHECK(sample->memory_available_bytes > 0);
}

TEST_CASE("a summary has the averages, the peaks and the sums", "[nwtn]") {
  const std::vector<MachineSample> samples = {{.cpu_percent = 20,
                                               .memory_percent = 50,
                                               .memory_available_bytes = 100,
                                               .sent_bytes = 10,
                                               .received_bytes = 4,
                                               .over = 1s},
                                              {.cpu_percent = 60,
                                               .memory_percent = 70,
                                               .memory_available_bytes = 60,
                                               .sent_bytes = 30,
                                               .received_bytes = 1,
                                               .over = 2s}};
  const auto all = summarise(samples);
  REQUIRE(all);
  CHECK(all->cpu_percent_average == Approx(40));
  CHECK(all->cpu_percent_max == Approx(60));
  CHECK(all->memory_percent_max == Approx(70));
  CHECK(all->memory_available_bytes_min == 60);
  CHECK(all->sent_bytes == 40);
  CHECK(all->sent_per_s_max == Approx(15));
  CHECK(all->received_per_s_max == Approx(4));
  CHECK(all->over == 3s);
}
