#pragma once

#include <string_view>

namespace thresher::cli {

/// What `thresher new` writes, with @NAME@ where the name goes. Each is run by a test as it stands.
extern const std::string_view kScenarioTemplate;
extern const std::string_view kPluginBuildTemplate;

/// `kind`: target, generator, validator or output.
std::string_view plugin_template(std::string_view kind);

}  // namespace thresher::cli
