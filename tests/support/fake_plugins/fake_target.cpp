// A target that can break every rule of its kind; see fake.h.
#include "fake.h"

namespace {

const thresher_endpoint kEndpoints[] = {{sizeof(thresher_endpoint), 8080, 0, THRESHER_TEXT("main")}};

void handle(void* raw, const thresher_request* request, thresher_respond respond, thresher_exchange* exchange) {
  auto& self = *static_cast<fake::Instance*>(raw);
  static std::atomic<std::uint64_t> calls_of_all{0};
  const std::uint64_t call = calls_of_all++;
  self.note("handle");
  self.misbehave("handle");
  if (self.is("fail_handle") || self.is("silent")) return;
  std::string body =
      std::to_string(self.seed) + " " + std::to_string(request->number) + " " + std::string(fake::view(request->path));
  if (self.is("counts_all")) body = std::to_string(call);
  if (self.is("silent_on_odd_methods") && fake::view(request->method) != "GET") return;
  if (self.is("crash_on_empty_path") && request->path.size == 0) std::raise(SIGSEGV);
  thresher_answer answer{};
  answer.struct_size = sizeof answer;
  answer.status = self.is("bad_status") ? 42 : 200;
  answer.body = fake::borrow(body);
  respond(exchange, &answer);
  if (self.is("twice")) respond(exchange, &answer);
}

void* create(const thresher_host* host, const thresher_config* config, std::uint64_t seed) {
  return fake::make(host, config, seed);
}

}  // namespace

const thresher_plugin* thresher_plugin_v1(const thresher_host* host) {
  if (!fake::loads(host)) return nullptr;
  static const thresher_target kTarget{sizeof(thresher_target),
                                       0,
                                       THRESHER_TEXT("fake"),
                                       THRESHER_TEXT("says what it was asked"),
                                       kEndpoints,
                                       1,
                                       fake::options(),
                                       fake::kOptionCount,
                                       &create,
                                       &handle,
                                       &fake::destroy};
  static const thresher_target* const kAll[] = {&kTarget};
  static thresher_plugin plugin = fake::plugin_of(THRESHER_TEXT("fake_target"));
  plugin.targets = kAll;
  plugin.target_count = 1;
  return &plugin;
}
