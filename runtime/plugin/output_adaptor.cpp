#include "plugin/output_adaptor.h"

#include <optional>

#include "plugin/adaptor.h"
#include "plugin/text.h"

namespace thresher::plugin {
namespace {

class PluginOutput final : public Output {
 public:
  PluginOutput(const Origin& origin, const thresher_output& table, Instance instance)
      : origin_(origin), table_(table), instance_(std::move(instance)) {}

  Result<void> begin(std::string_view run) override { return tell("begin", table_.begin, run); }
  Result<void> second(std::string_view figures) override { return tell("second", table_.second, figures); }
  Result<void> event(std::string_view event) override { return tell("event", table_.event, event); }
  Result<void> finish(std::string_view report) override { return tell("finish", table_.finish, report); }

 private:
  Result<void> tell(std::string_view name, std::int32_t (*function)(void*, thresher_text), std::string_view text) {
    if (ended_) return fail(*ended_);
    std::int32_t took = 0;
    const auto problem = call_plugin(name, [&] { took = function(instance_.get(), text_of(text)); });
    if (!problem && took == 1) return {};
    ended_ = problem     ? origin_.refuse(*problem).value()
             : took == 0 ? origin_.breach(fmt::format("{} returned 0 without saying why", name)).value()
                         : origin_.breach(fmt::format("{} returned {}", name, took)).value();
    return fail(*ended_);
  }

  const Origin& origin_;  // of the type, which lives as long as the registry
  const thresher_output& table_;
  Instance instance_;
  std::optional<Error> ended_;  ///< why the plugin is told nothing more
};

class PluginOutputType final : public OutputType {
 public:
  PluginOutputType(Origin origin, const thresher_output& table, OptionSchema schema)
      : origin_(std::move(origin)), table_(table), schema_(std::move(schema)) {}

  std::string name() const override { return origin_.name; }
  std::string summary() const override { return string_of(table_.summary); }
  std::string options_json() const override { return schema_.json(); }

  Result<std::unique_ptr<Output>> create(std::string_view json) const override {
    auto instance = create_instance(origin_, schema_, json, table_.destroy, table_.create);
    if (!instance) return fail(std::move(instance.error()));
    return std::make_unique<PluginOutput>(origin_, table_, std::move(*instance));
  }

 private:
  Origin origin_;
  const thresher_output& table_;
  OptionSchema schema_;
};

}  // namespace

Result<std::unique_ptr<OutputType>> adapt_output(const Library& library, const thresher_output* output) {
  if (auto problem = table_problem(output, "thresher_output", "output", "1.1"); !problem.empty())
    return fail(ErrorCode::plugin, std::move(problem));
  Origin origin{"output", string_of(output->name), library};
  if (!output->create || !output->begin || !output->second || !output->event || !output->finish || !output->destroy)
    return origin.declaration({ErrorCode::plugin, "lacks create, begin, second, event, finish or destroy", {}});
  auto schema = OptionSchema::read(output->options, output->option_count);
  if (!schema) return origin.declaration(std::move(schema.error()));
  return std::make_unique<PluginOutputType>(std::move(origin), *output, std::move(*schema));
}

}  // namespace thresher::plugin
