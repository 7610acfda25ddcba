#include "plugin/generator_adaptor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "plugin/adaptor.h"
#include "plugin/table_array.h"
#include "plugin/text.h"

namespace thresher::plugin {
namespace {

/// Where one call of generate() writes. A plugin that writes from a thread of its own is found out rather than obeyed:
/// the string is not guarded.
struct Sink {
  std::string& out;
  std::thread::id thread = std::this_thread::get_id();
  std::atomic<bool> written_elsewhere = false;

  static void write(void* sink, thresher_text bytes) {
    auto& self = *static_cast<Sink*>(sink);
    if (std::this_thread::get_id() == self.thread)
      self.out.append(view_of(bytes));
    else
      self.written_elsewhere = true;
  }
};

class PluginGenerator final : public Generator {
 public:
  PluginGenerator(const Origin& origin, const thresher_generator& table, const std::vector<OptionSchema>& parameters,
                  Instance instance)
      : origin_(origin),
        table_(table),
        parameters_(parameters),
        configs_(parameters.size()),
        instance_(std::move(instance)) {}

  Result<void> generate(std::size_t product, std::string_view parameters_json, std::string& out) override {
    if (product >= parameters_.size()) return no_product(product);
    auto config = parameters_[product].resolve(parameters_json);
    if (!config) return fail(std::move(config.error()));
    return call(product, *config, out);
  }

  Result<void> generate(std::size_t product, std::span<const Parameter> parameters, std::string& out) override {
    if (product >= parameters_.size()) return no_product(product);
    thresher_config& config = configs_[product];
    if (auto resolved = parameters_[product].resolve(parameters, config); !resolved) return resolved;
    return call(product, config, out);
  }

 private:
  Result<void> call(std::size_t product, const thresher_config& config, std::string& out) {
    const std::size_t before = out.size();
    Sink sink{out};
    std::int32_t made = 0;
    const auto problem = call_plugin(
        "generate", [&] { made = table_.generate(instance_.get(), product, &config, &Sink::write, &sink); });
    if (!problem && made == 1 && config.misuse().empty() && !sink.written_elsewhere && out.size() > before) return {};
    out.resize(before);
    if (problem) return origin_.refuse(*problem);
    if (!config.misuse().empty()) return origin_.refuse(config.misuse());
    if (sink.written_elsewhere) return origin_.breach("it wrote from a thread of its own");
    if (made == 0) return origin_.breach("generate returned 0 without saying why");
    if (made != 1) return origin_.breach(fmt::format("generate returned {}", made));
    return origin_.breach("it wrote nothing");
  }

  Result<void> no_product(std::size_t product) const {
    return fail(ErrorCode::internal, fmt::format("{} has no product number {}", origin_.label(), product));
  }

  const Origin& origin_;  // of the type, which lives as long as the registry
  const thresher_generator& table_;
  const std::vector<OptionSchema>& parameters_;
  std::vector<thresher_config> configs_;  ///< one per product, reused by every call
  Instance instance_;
};

class PluginGeneratorType final : public GeneratorType {
 public:
  PluginGeneratorType(Origin origin, const thresher_generator& table, std::vector<Product> products,
                      std::vector<OptionSchema> parameters, OptionSchema schema)
      : origin_(std::move(origin)),
        table_(table),
        products_(std::move(products)),
        parameters_(std::move(parameters)),
        schema_(std::move(schema)) {}

  std::string name() const override { return origin_.name; }
  std::string summary() const override { return string_of(table_.summary); }
  const std::vector<Product>& products() const override { return products_; }
  std::string options_json() const override { return schema_.json(); }

  Result<std::size_t> product(std::string_view name) const override {
    std::vector<std::string> names;
    for (const Product& product : products_) {
      if (product.name == name) return names.size();
      names.push_back(product.name);
    }
    return fail(unknown_name(fmt::format("product of {}", origin_.label()), name, names));
  }

  Result<std::unique_ptr<Generator>> create(std::string_view json, std::uint64_t seed) const override {
    auto instance = create_instance(
        origin_, schema_, json, table_.destroy,
        [&](const thresher_host* host, const thresher_config* config) { return table_.create(host, config, seed); });
    if (!instance) return fail(std::move(instance.error()));
    return std::make_unique<PluginGenerator>(origin_, table_, parameters_, std::move(*instance));
  }

 private:
  Origin origin_;
  const thresher_generator& table_;
  std::vector<Product> products_;
  std::vector<OptionSchema> parameters_;  ///< of each product
  OptionSchema schema_;
};

Result<OptionSchema> read_product(const thresher_product& product, const std::vector<Product>& earlier) {
  const std::string name = string_of(product.name);
  if (auto problem = name_breach("product", product.name); !problem.empty())
    return fail(ErrorCode::plugin, std::move(problem));
  for (const Product& other : earlier)
    if (other.name == name) return fail(ErrorCode::plugin, fmt::format("declares the product {} twice", name));
  auto schema = OptionSchema::read(product.options, product.option_count, "parameter");
  if (!schema) schema.error().message = fmt::format("product {} {}", name, schema.error().message);
  return schema;
}

}  // namespace

Result<std::unique_ptr<GeneratorType>> adapt_generator(const Library& library, const thresher_generator* generator) {
  if (auto problem = table_problem(generator, "thresher_generator", "generator", "1.1"); !problem.empty())
    return fail(ErrorCode::plugin, std::move(problem));
  Origin origin{"generator", string_of(generator->name), library};
  if (!generator->create || !generator->generate || !generator->destroy)
    return origin.declaration({ErrorCode::plugin, "lacks create, generate or destroy", {}});
  if (generator->product_count == 0) return origin.declaration({ErrorCode::plugin, "declares no product", {}});
  const auto declared =
      read_array(generator->products, generator->product_count, "thresher_product", "products", "1.1");
  if (!declared) return origin.declaration(declared.error());
  std::vector<Product> products;
  std::vector<OptionSchema> parameters;
  for (const thresher_product* product : *declared) {
    auto schema = read_product(*product, products);
    if (!schema) return origin.declaration(std::move(schema.error()));
    products.push_back({string_of(product->name), string_of(product->summary), schema->json()});
    parameters.push_back(std::move(*schema));
  }
  auto schema = OptionSchema::read(generator->options, generator->option_count);
  if (!schema) return origin.declaration(std::move(schema.error()));
  return std::make_unique<PluginGeneratorType>(std::move(origin), *generator, std::move(products),
                                               std::move(parameters), std::move(*schema));
}

}  // namespace thresher::plugin
