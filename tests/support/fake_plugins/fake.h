#pragma once

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "thresher/plugin.h"

/// What the fakes of all kinds share. They are written against the C ABI, so that they can break its every rule.
///
/// The option `mode` says what an instance does wrong; "well" is nothing. Its default is the environment variable
/// FAKE_PLUGIN_MODE as the library is loaded, for tests of something that loads libraries itself. The option `journal`
/// is a file to which an instance appends a line per call, so that a test sees order and ownership.
namespace fake {

inline std::string_view view(thresher_text text) {
  return text.size == 0 ? "" : std::string_view(text.data, text.size);
}
inline thresher_text borrow(std::string_view text) { return {text.data(), text.size()}; }

inline const std::string& default_mode() {
  static const std::string kMode = [] {
    const char* given = std::getenv("FAKE_PLUGIN_MODE");
    return std::string(given ? given : "well");
  }();
  return kMode;
}

/// The two options of every fake.
inline const thresher_option* options() {
  static const thresher_option kOptions[] = {{sizeof(thresher_option),
                                              THRESHER_OPTION_TEXT,
                                              0,
                                              0,
                                              THRESHER_TEXT("mode"),
                                              THRESHER_TEXT("what it does wrong"),
                                              borrow(default_mode()),
                                              {},
                                              0,
                                              0},
                                             {sizeof(thresher_option),
                                              THRESHER_OPTION_TEXT,
                                              0,
                                              0,
                                              THRESHER_TEXT("journal"),
                                              THRESHER_TEXT("a file for a line per call"),
                                              {},
                                              {},
                                              0,
                                              0}};
  return kOptions;
}
inline constexpr std::size_t kOptionCount = 2;

struct Instance {
  const thresher_host* host;
  std::string mode, journal;
  std::uint64_t seed;
  std::uint64_t calls = 0;

  bool is(std::string_view wrong) const { return mode == wrong; }
  void fail(std::string_view why) const { host->fail(host->context, borrow(why)); }
  void note(std::string_view line) const {
    if (journal.empty()) return;
    std::FILE* file = std::fopen(journal.c_str(), "a");
    if (!file) return;
    std::fprintf(file, "%.*s\n", static_cast<int>(line.size()), line.data());
    std::fclose(file);
  }
  /// What any call of any kind may do wrong, by the mode's name: throw_CALL, fail_CALL, crash_CALL, hang_CALL,
  /// leak_CALL.
  void misbehave(std::string_view call) {
    ++calls;
    const auto does = [&](std::string_view what) { return mode == std::string(what) + "_" + std::string(call); };
    if (does("throw")) throw std::runtime_error("the fake threw in " + std::string(call));
    if (does("odd")) throw 7;
    if (does("fail")) fail("the fake failed in " + std::string(call));
    if (does("crash")) std::raise(SIGSEGV);
    if (does("exit")) std::_Exit(3);
    while (does("hang")) std::this_thread::yield();
    if (does("leak")) {
      [[maybe_unused]] static void* volatile leaked;  // volatile: the compiler keeps the allocation
      leaked = std::calloc(1, 4096);
    }
  }
};

inline Instance* make(const thresher_host* host, const thresher_config* config, std::uint64_t seed) {
  auto* self = new Instance{host, std::string(view(host->option_text(config, thresher_text_of("mode")))),
                            std::string(view(host->option_text(config, thresher_text_of("journal")))), seed};
  try {
    self->note("create");
    self->misbehave("create");
  } catch (...) {
    delete self;
    throw;
  }
  if (self->is("null_create") || self->is("fail_create")) {
    delete self;
    return nullptr;
  }
  if (self->is("undeclared_create")) (void)host->option_integer(config, thresher_text_of("undeclared"));
  return self;
}

inline void destroy(void* raw) {
  auto* self = static_cast<Instance*>(raw);
  self->note("destroy");
  struct Deleted {
    Instance* owned;
    ~Deleted() { delete owned; }
  } const deleted{self->is("leak_instance") ? nullptr : self};
  self->misbehave("destroy");
}

/// Runs `work` on a thread of the plugin's own, which no kind allows for what it says to the host.
template <class Work>
void elsewhere(Work&& work) {
  std::thread(work).join();
}

/// Called first by an entry point: what a library may do wrong as it is loaded.
inline bool loads(const thresher_host* host) {
  if (default_mode() == "crash_load") std::raise(SIGSEGV);
  if (default_mode() == "exit_load") std::_Exit(3);
  if (default_mode() == "throw_load") throw std::runtime_error("the fake threw while it was loaded");
  if (default_mode() != "fail_load") return true;
  host->fail(host->context, thresher_text_of("the fake does not want to be loaded"));
  return false;
}

inline thresher_plugin plugin_of(thresher_text name) {
  thresher_plugin plugin{};
  plugin.struct_size = sizeof plugin;
  plugin.abi_major = THRESHER_ABI_MAJOR;
  plugin.abi_minor = THRESHER_ABI_MINOR;
  plugin.name = name;
  plugin.version = THRESHER_TEXT("1");
  return plugin;
}

}  // namespace fake
