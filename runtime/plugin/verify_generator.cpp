#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "plugin/adaptor.h"
#include "plugin/verify_suite.h"

namespace thresher::plugin::suite {
namespace {

using Json = nlohmann::ordered_json;

const GeneratorType& type_of(const Subject& subject) { return *subject.registry.generator(subject.name).value(); }

/// One call: a product and its parameters, as a JSON object.
struct Order {
  std::size_t product = 0;
  std::string parameters = "{}";
};

std::vector<Order> ordinary_orders(const GeneratorType& type) {
  std::vector<Order> orders;
  for (std::size_t product = 0; product < type.products().size(); ++product) {
    orders.push_back({product, "{}"});
    for (const Trial& trial : sound_trials(type.products()[product].options_json))
      orders.push_back({product, with_member("{}", trial.option, trial.value)});
  }
  return orders;
}

/// Whether the plugin may ask for more: the product has a parameter without a default, and the refusal names it.
bool asks_for_a_parameter(const Product& product, const Error& refusal) {
  const Json options = Json::parse(product.options_json);
  for (const auto& [name, option] : options.items())
    if (!option.contains("default") && refusal.message.find(name) != std::string::npos) return true;
  return false;
}

std::string no_json(const Product& product, const Order& order, std::string_view value) {
  if (Json::accept(value)) return {};
  return fmt::format("{} of {} is no JSON: {}", product.name, excerpt(order.parameters), excerpt(value));
}

/// Generates one order; what it made or why it did not goes to `made`, and why that is wrong is returned.
std::string fill(Generator& generator, const Product& product, const Order& order, std::string& made) {
  made.clear();
  const auto done = generator.generate(order.product, order.parameters, made);
  if (done) return no_json(product, order, made);
  made = done.error().message;
  if (!tells_breach(made) && asks_for_a_parameter(product, done.error())) return {};
  return fmt::format("{} of {}: {}", product.name, excerpt(order.parameters), made);
}

class GeneratorUse final : public Use {
 public:
  GeneratorUse(const GeneratorType& type, std::unique_ptr<Generator> generator)
      : type_(type), generator_(std::move(generator)), orders_(ordinary_orders(type)) {}

  bool step() override {
    if (next_ == orders_.size()) return false;
    const Order& order = orders_[next_++];
    object(fill(*generator_, type_.products()[order.product], order, made_));
    say(made_);
    return true;
  }

 private:
  const GeneratorType& type_;
  std::unique_ptr<Generator> generator_;
  std::vector<Order> orders_;
  std::size_t next_ = 0;
  std::string made_;
};

Result<std::unique_ptr<Use>> start(const Subject& subject, const std::string& config, std::uint64_t seed) {
  auto made = type_of(subject).create(config, seed);
  if (!made) return fail(std::move(made.error()));
  return std::make_unique<GeneratorUse>(type_of(subject), std::move(*made));
}

std::string gives_json_at_extremes(const Subject& subject) {
  auto generator = type_of(subject).create(subject.config, subject.seed);
  if (!generator) return generator.error().message;
  const auto& products = type_of(subject).products();
  for (std::size_t product = 0; product < products.size(); ++product)
    for (const Trial& trial : extreme_trials(products[product].options_json)) {
      const Order order{product, with_member("{}", trial.option, trial.value)};
      std::string made;
      const auto done = (*generator)->generate(product, order.parameters, made);
      auto why = done ? no_json(products[product], order, made) : done.error().message;
      if (done ? !why.empty() : tells_breach(why)) return why;
    }
  return {};
}

std::string refuses_parameters_by_name(const Subject& subject) {
  auto generator = type_of(subject).create(subject.config, subject.seed);
  if (!generator) return generator.error().message;
  const auto& products = type_of(subject).products();
  for (std::size_t product = 0; product < products.size(); ++product)
    for (const Trial& trial : wrong_trials(products[product].options_json)) {
      std::string made;
      const auto done = (*generator)->generate(product, with_member("{}", trial.option, trial.value), made);
      if (done) return fmt::format("{} takes {} = {}", products[product].name, trial.option, excerpt(trial.value));
      if (done.error().message.find('"' + trial.option + '"') == std::string::npos)
        return fmt::format("{} refuses {} = {} without naming it: {}", products[product].name, trial.option,
                           excerpt(trial.value), done.error().message);
    }
  return {};
}

/// Everything forwards, then everything backwards: each order must give what it gave before.
std::string forgets_what_it_made(const Subject& subject) {
  auto generator = type_of(subject).create(subject.config, subject.seed);
  if (!generator) return generator.error().message;
  const auto& products = type_of(subject).products();
  const std::vector<Order> orders = ordinary_orders(type_of(subject));
  std::vector<std::string> first(orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i)
    static_cast<void>(fill(**generator, products[orders[i].product], orders[i], first[i]));
  std::string again;
  for (std::size_t i = orders.size(); i-- > 0;) {
    static_cast<void>(fill(**generator, products[orders[i].product], orders[i], again));
    if (again != first[i])
      return fmt::format("{} of {} gave {}, and after others {}", products[orders[i].product].name,
                         excerpt(orders[i].parameters), excerpt(first[i]), excerpt(again));
  }
  return {};
}

constexpr NamedCheck kChecks[] = {
    {"a parameter without bounds gives JSON at its extremes, or is refused", gives_json_at_extremes},
    {"a wrong parameter is refused by name", refuses_parameters_by_name},
    {"what was generated before does not show", forgets_what_it_made},
};

}  // namespace

const Kind& generator_kind() {
  static const Kind kKind{"generator", [](const Subject& subject) { return type_of(subject).options_json(); }, &start,
                          true, kChecks};
  return kKind;
}

}  // namespace thresher::plugin::suite
