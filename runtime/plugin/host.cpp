#include "plugin/host.h"

#include <utility>

#include "base/log.h"
#include "plugin/config.h"
#include "plugin/text.h"

namespace thresher::plugin {
namespace {

thread_local CallScope* innermost_call = nullptr;

log::Level level_of(std::int32_t level) {
  switch (level) {
    case THRESHER_LOG_DEBUG:
      return log::Level::debug;
    case THRESHER_LOG_INFO:
      return log::Level::info;
    case THRESHER_LOG_WARNING:
      return log::Level::warn;
    default:
      return log::Level::error;
  }
}

}  // namespace

CallScope::CallScope() : outer_(std::exchange(innermost_call, this)) {}
CallScope::~CallScope() { innermost_call = outer_; }

Host::Host(std::string label) : label_(std::move(label)) {
  table_.struct_size = sizeof table_;
  table_.abi_major = THRESHER_ABI_MAJOR;
  table_.abi_minor = THRESHER_ABI_MINOR;
  table_.context = this;
  table_.fail = [](void* context, thresher_text message) {
    if (innermost_call)
      innermost_call->failure_ = string_of(message);
    else
      log::error("plugin {}: {}", static_cast<Host*>(context)->label(), view_of(message));
  };
  table_.log = [](void* context, std::int32_t level, thresher_text message) {
    log::write(level_of(level), fmt::format("plugin {}: {}", static_cast<Host*>(context)->label(), view_of(message)));
  };
  table_.option_text = [](const thresher_config* config, thresher_text name) { return config->text(view_of(name)); };
  table_.option_number = [](const thresher_config* config, thresher_text name) {
    return config->number(view_of(name));
  };
  table_.option_integer = [](const thresher_config* config, thresher_text name) {
    return config->integer(view_of(name));
  };
  table_.option_boolean = [](const thresher_config* config, thresher_text name) {
    return config->boolean(view_of(name));
  };
  table_.option_given = [](const thresher_config* config, thresher_text name) { return config->given(view_of(name)); };
}

}  // namespace thresher::plugin
