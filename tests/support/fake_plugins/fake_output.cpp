// An output that can break every rule of its kind; see fake.h.
#include "fake.h"

namespace {

std::int32_t tell(void* raw, const char* call, thresher_text text) {
  auto& self = *static_cast<fake::Instance*>(raw);
  self.note(std::string(call) + " " + std::string(fake::view(text)));
  self.misbehave(call);
  const std::string suffix = std::string("_") + call;
  if (self.is("silent" + suffix) || self.is("fail" + suffix)) return 0;
  return self.is("seven" + suffix) ? 7 : 1;
}

std::int32_t begin(void* self, thresher_text run) { return tell(self, "begin", run); }
std::int32_t second(void* self, thresher_text figures) { return tell(self, "second", figures); }
std::int32_t event(void* self, thresher_text text) { return tell(self, "event", text); }
std::int32_t finish(void* self, thresher_text report) { return tell(self, "finish", report); }

void* create(const thresher_host* host, const thresher_config* config) { return fake::make(host, config, 0); }

}  // namespace

const thresher_plugin* thresher_plugin_v1(const thresher_host* host) {
  if (!fake::loads(host)) return nullptr;
  static const thresher_output kOutput{sizeof(thresher_output),
                                       0,
                                       THRESHER_TEXT("fake"),
                                       THRESHER_TEXT("keeps a journal"),
                                       fake::options(),
                                       fake::kOptionCount,
                                       &create,
                                       &begin,
                                       &second,
                                       &event,
                                       &finish,
                                       &fake::destroy};
  static const thresher_output* const kAll[] = {&kOutput};
  static thresher_plugin plugin = fake::plugin_of(THRESHER_TEXT("fake_output"));
  plugin.outputs = kAll;
  plugin.output_count = 1;
  return &plugin;
}
