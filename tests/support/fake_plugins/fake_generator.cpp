// A generator that can break every rule of its kind; see fake.h.
#include "fake.h"

namespace {

using fake::Instance;

constexpr thresher_option parameter(std::int32_t type, thresher_text name, thresher_text default_value,
                                    thresher_text choices = {}, double minimum = 0, double maximum = 0) {
  const std::uint32_t bounds = maximum > minimum ? THRESHER_OPTION_HAS_MINIMUM | THRESHER_OPTION_HAS_MAXIMUM : 0;
  return {sizeof(thresher_option), type, bounds, 0, name, {}, default_value, choices, minimum, maximum};
}

const thresher_option kParameters[] = {
    parameter(THRESHER_OPTION_INTEGER, THRESHER_TEXT("num_tasks"), THRESHER_TEXT("6"), {}, 2, 20),
    parameter(THRESHER_OPTION_NUMBER, THRESHER_TEXT("chaos_rate"), THRESHER_TEXT("0.25"), {}, 0, 1),
    parameter(THRESHER_OPTION_TEXT, THRESHER_TEXT("shape"), THRESHER_TEXT("linear"), THRESHER_TEXT("linear|dag|saga")),
    parameter(THRESHER_OPTION_BOOLEAN, THRESHER_TEXT("compat"), THRESHER_TEXT("false")),
    parameter(THRESHER_OPTION_TEXT, THRESHER_TEXT("label"), {}),
};

const thresher_product kProducts[] = {
    {sizeof(thresher_product), 0, THRESHER_TEXT("workflow"), THRESHER_TEXT("says its parameters"), kParameters, 5},
    {sizeof(thresher_product), 0, THRESHER_TEXT("pulse"), THRESHER_TEXT("takes none"), nullptr, 0},
};

std::string workflow(const Instance& self, const thresher_config* given) {
  const auto* host = self.host;
  const auto text = [&](const char* name) {
    std::string plain(fake::view(host->option_text(given, thresher_text_of(name))));
    for (char& c : plain)
      if (c < ' ' || c == '"' || c == '\\' || c > '~') c = '?';
    return plain;
  };
  return "{\"seed\":" + std::to_string(self.seed) +
         ",\"num_tasks\":" + std::to_string(host->option_integer(given, thresher_text_of("num_tasks"))) +
         ",\"chaos_rate\":" + std::to_string(host->option_number(given, thresher_text_of("chaos_rate"))) +
         ",\"shape\":\"" + text("shape") +
         "\",\"compat\":" + std::to_string(host->option_boolean(given, thresher_text_of("compat"))) +
         ",\"shape_given\":" + std::to_string(host->option_given(given, thresher_text_of("shape"))) + ",\"label\":\"" +
         text("label") + "\"}";
}

std::int32_t generate(void* raw, std::size_t product, const thresher_config* given, thresher_write write, void* sink) {
  auto& self = *static_cast<Instance*>(raw);
  static std::atomic<std::uint64_t> calls_of_all{0};
  const std::uint64_t call = calls_of_all++;
  self.note("generate");
  self.misbehave("generate");
  if (self.is("fail_generate") || self.is("silent")) return 0;
  if (self.is("fail_late")) {
    write(sink, THRESHER_TEXT("[1,"));
    self.fail("the fake ran out of numbers");
    return 0;
  }
  if (self.is("return_7")) return 7;
  if (self.is("nothing")) return 1;
  if (self.is("undeclared")) (void)self.host->option_integer(given, thresher_text_of("undeclared"));
  std::string value = product == 0 ? workflow(self, given) : "[" + std::to_string(self.seed) + "]";
  if (self.is("invalid_json")) value = "{\"cut\":";
  if (self.is("unescaped") && product == 0)
    value = "\"" + std::string(fake::view(self.host->option_text(given, thresher_text_of("label")))) + "\"";
  if (self.is("invalid_at_bounds") && value.find("\"num_tasks\":20") != std::string::npos) value = "NaN";
  if (self.is("counts_all")) value = std::to_string(call);
  if (self.is("counts_own")) value = std::to_string(self.calls);
  if (self.is("elsewhere")) fake::elsewhere([&] { write(sink, fake::borrow(value)); });
  if (self.is("elsewhere")) return 1;
  for (const char& c : value) write(sink, {&c, 1});
  return 1;
}

void* create(const thresher_host* host, const thresher_config* config, std::uint64_t seed) {
  return fake::make(host, config, seed);
}

}  // namespace

const thresher_plugin* thresher_plugin_v1(const thresher_host* host) {
  if (!fake::loads(host)) return nullptr;
  static const thresher_generator kGenerator{sizeof(thresher_generator),
                                             0,
                                             THRESHER_TEXT("fake"),
                                             THRESHER_TEXT("makes small values"),
                                             kProducts,
                                             2,
                                             fake::options(),
                                             fake::kOptionCount,
                                             &create,
                                             &generate,
                                             &fake::destroy};
  static const thresher_generator* const kAll[] = {&kGenerator};
  static thresher_plugin plugin = fake::plugin_of(THRESHER_TEXT("fake_generator"));
  plugin.generators = kAll;
  plugin.generator_count = 1;
  return &plugin;
}
