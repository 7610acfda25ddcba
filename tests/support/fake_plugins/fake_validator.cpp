// A validator that can break every rule of its kind; see fake.h. Its one check, "count", counts events with "odd" in
// them.
#include "fake.h"

namespace {

struct Judging : fake::Instance {
  const thresher_judge* judge;
  std::uint64_t events = 0, odd = 0;

  void violation(std::string_view check, std::string_view witness, std::string_view details,
                 std::int64_t at = -1) const {
    const thresher_violation told{
        sizeof told,          0, at, fake::borrow(check), THRESHER_TEXT("an event"), fake::borrow(witness),
        fake::borrow(details)};
    judge->violation(judge->context, &told);
  }
  void finding(std::string_view check, std::int32_t verdict, std::uint64_t observations,
               std::string_view details = {}) const {
    const thresher_finding told{
        sizeof told, verdict, observations, odd, fake::borrow(check), THRESHER_TEXT("counted"), fake::borrow(details)};
    judge->finding(judge->context, &told);
  }
  void document(std::string_view name, std::string_view json) const {
    judge->document(judge->context, fake::borrow(name), fake::borrow(json));
  }
};

void* create(const thresher_host* host, const thresher_config* config, std::uint64_t seed,
             const thresher_judge* judge) {
  fake::Instance* made = fake::make(host, config, seed);
  if (!made) return nullptr;
  auto* self = new Judging{std::move(*made), judge};
  delete made;
  if (self->is("speaks_in_create")) self->violation("count", "too early", "");
  return self;
}

void destroy(void* raw) {
  auto* self = static_cast<Judging*>(raw);
  self->note("destroy");
  if (self->is("speaks_in_destroy")) self->violation("count", "too late", "");
  if (!self->is("leak_instance")) delete self;
}

void observe(void* raw, thresher_text event) {
  auto& self = *static_cast<Judging*>(raw);
  self.note("observe " + std::string(fake::view(event)));
  self.misbehave("observe");
  const auto says = [&](std::string_view word) { return fake::view(event).find(word) != std::string_view::npos; };
  if (!says("\"even\"") && !says("\"odd\"") && !says("\"poll\"") && !self.is("counts_unknown")) return;
  ++self.events;
  if (self.is("finding_in_observe")) self.finding("count", THRESHER_PASS, 1);
  if (self.is("document_in_observe")) self.document("early", "{}");
  if (!says("\"odd\"")) return;
  ++self.odd;
  if (self.is("violation_elsewhere")) return fake::elsewhere([&] { self.violation("count", "odd", ""); });
  if (self.is("violation_without_check")) return self.violation("", "odd", "");
  if (self.is("violation_without_witness")) return self.violation("count", "", "");
  if (self.is("violation_before_the_run")) return self.violation("count", "odd", "", -2);
  if (self.is("violation_with_array")) return self.violation("count", "odd", "[1]");
  if (self.is("violation_null")) return self.judge->violation(self.judge->context, nullptr);
  self.violation("count", "it is odd", R"({"number":)" + std::to_string(self.events) + "}", 5);
}

void finish(void* raw) {
  auto& self = *static_cast<Judging*>(raw);
  static std::atomic<std::uint64_t> finished{0};
  self.note("finish");
  self.misbehave("finish");
  if (self.is("no_finding")) return;
  if (self.is("pass_of_nothing")) return self.finding("count", THRESHER_PASS, 0);
  if (self.is("finding_without_check")) return self.finding("", THRESHER_PASS, 1);
  if (self.is("odd_verdict")) return self.finding("count", 9, 1);
  if (self.is("finding_with_text")) return self.finding("count", THRESHER_PASS, 1, "well");
  if (self.is("document_named_badly")) self.document("The Analysis", "{}");
  if (self.is("document_cut")) self.document("analysis", "{\"cut\":");
  if (self.is("says_differently")) self.document("analysis", std::to_string(finished++));
  const std::int32_t verdict = self.events == 0 ? THRESHER_NO_DATA : self.odd == 0 ? THRESHER_PASS : THRESHER_FAIL;
  self.finding("count", self.is("pass_always") && self.events == 0 ? THRESHER_PASS : verdict,
               self.is("pass_always") ? self.events + 1 : self.events, R"({"seed":)" + std::to_string(self.seed) + "}");
  if (self.is("two_findings")) self.finding("count", THRESHER_PASS, 1);
  self.document("analysis", R"({"events":)" + std::to_string(self.events) + "}");
}

}  // namespace

const thresher_plugin* thresher_plugin_v1(const thresher_host* host) {
  if (!fake::loads(host)) return nullptr;
  static const thresher_validator kValidator{sizeof(thresher_validator),
                                             0,
                                             THRESHER_TEXT("fake"),
                                             THRESHER_TEXT("counts events"),
                                             fake::options(),
                                             fake::kOptionCount,
                                             &create,
                                             &observe,
                                             &finish,
                                             &destroy};
  static const thresher_validator* const kAll[] = {&kValidator};
  static thresher_plugin plugin = fake::plugin_of(THRESHER_TEXT("fake_validator"));
  plugin.validators = kAll;
  plugin.validator_count = 1;
  return &plugin;
}
