#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "plugin/generator.h"
#include "plugin/option_schema.h"
#include "service/declared.h"

namespace thresher::test {

/// What a FakeFarm was asked, for tests to look at.
struct FarmCalls {
  std::vector<std::string> products;
  std::vector<std::string> last;  ///< "name=value" of the last call, in the order given
  std::size_t padding = 0;        ///< bytes that every workflow carries
};

/// The shapes of the generator `farm` without its work: each product says what it was asked for. Parameters are judged
/// by the same schema as a plugin's.
class FakeFarm final : public plugin::GeneratorType {
 public:
  explicit FakeFarm(FarmCalls& calls) : calls_(calls) {
    using namespace service;
    static constexpr std::array kWorkflow{
        declared_choice("workflow_type", "linear|dag|saga", "", "shape"),
        declared_integer("num_tasks", "6", 2, 20, "tasks"),
        declared_number("chaos_rate", "0", 0, 1, "faults"),
        declared_integer("seed", "12345", "seed"),
        declared(THRESHER_OPTION_INTEGER, "stream_sequence", "", "number in a stream"),
        declared_boolean("compat", "false", "dialect"),
        declared_integer("now", "0", "unix seconds"),
    };
    static constexpr std::array kFleet{
        declared_choice("scale", "small|medium|large", "small", "size"),
        declared_integer("seed", "12345", "seed"),
        declared_integer("now", "0", "unix seconds"),
    };
    static constexpr std::array kSeed{declared_integer("seed", "12345", "seed")};
    for (const char* name : {"profile", "team", "batch", "scenario", "chaos_catalog"}) add(name, kSeed);
    add("fleet", kFleet);
    add("workflow", kWorkflow);
  }

  std::string name() const override { return "farm"; }
  std::string summary() const override { return "a fake"; }
  const std::vector<plugin::Product>& products() const override { return products_; }
  std::string options_json() const override { return "{}"; }
  Result<std::size_t> product(std::string_view name) const override {
    const auto at = std::find_if(products_.begin(), products_.end(), [&](const auto& one) { return one.name == name; });
    if (at == products_.end()) return fail(ErrorCode::invalid_argument, fmt::format("no product \"{}\"", name));
    return static_cast<std::size_t>(at - products_.begin());
  }
  Result<std::unique_ptr<plugin::Generator>> create(std::string_view, std::uint64_t) const override {
    return std::make_unique<Instance>(*this);
  }

 private:
  class Instance final : public plugin::Generator {
   public:
    explicit Instance(const FakeFarm& farm) : farm_(farm) {}
    Result<void> generate(std::size_t, std::string_view, std::string&) override {
      return fail(ErrorCode::internal, "the service asks with texts");
    }
    Result<void> generate(std::size_t product, std::span<const plugin::Parameter> given, std::string& out) override {
      thresher_config config;
      if (auto resolved = farm_.schemas_[product].resolve(given, config); !resolved) return resolved;
      FarmCalls& calls = farm_.calls_;
      calls.products.push_back(farm_.products_[product].name);
      calls.last.clear();
      for (const auto& [name, value] : given) calls.last.push_back(fmt::format("{}={}", name, value));
      out += value_of(farm_.products_[product].name, config.integer("seed"), calls.padding);
      if (farm_.products_[product].name == "workflow" && config.given("stream_sequence")) {
        out.pop_back();
        out += fmt::format(R"(,"stream_sequence":{}}})", config.integer("stream_sequence"));
      }
      return {};
    }

   private:
    static std::string value_of(const std::string& product, std::int64_t seed, std::size_t padding) {
      if (product == "fleet")
        return fmt::format(
            R"({{"fleet_id":"fleet-{}","seed":{},"scale":"small","total_agents":2,"agents":[{{"agent_id":"a"}},{{"agent_id":"b"}}],"distribution":{{}},"__expected__":{{}}}})",
            seed, seed);
      if (product == "workflow")
        return fmt::format(
            R"({{"workflow_id":"wf-{}","type":"linear","tasks":[{{"task_id":"t1","type":"decision","depends_on":[],"expected_duration_ms":7}}],"padding":"{}","__expected__":{{}}}})",
            seed, std::string(padding, 'x'));
      if (product == "profile")
        return R"({"generated_at":"","seed":1,"agent":{"agent_id":"a","name":"n","type":"worker","reliability":{},"cost":{},"policy":{}}})";
      if (product == "team") return R"({"agents":[]})";
      if (product == "batch") return R"({"batch_id":"b","workflows":[],"total_tasks":0})";
      if (product == "scenario")
        return R"({"scenario_id":"s","seed":1,"scale":"small","agents":{},"workflows":{},"summary":{},"__expected__":{}})";
      return R"({"chaos_types":[],"total_types":0})";
    }

    const FakeFarm& farm_;
  };

  void add(std::string name, std::span<const thresher_option> options) {
    schemas_.push_back(service::schema_of(options, "parameter").value());
    products_.push_back({std::move(name), "fake", schemas_.back().json()});
  }

  FarmCalls& calls_;
  std::vector<plugin::Product> products_;
  std::vector<plugin::OptionSchema> schemas_;
};

}  // namespace thresher::test
