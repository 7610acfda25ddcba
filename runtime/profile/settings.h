#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "profile/profile.h"

namespace thresher::profile {

/// The file thresher.toml of a folder: a profile's keys, and any other flag by its long name (dashes or underscores).
struct Settings {
  Profile profile;
  /// Keys with underscores: "user_agent". Values as a person would type them after the flag; a list is joined by
  /// commas.
  std::map<std::string, std::string> settings;
  std::map<std::string, std::string> where;  ///< "thresher.toml:3" of each setting, for the error of who reads it
};

/// Errors carry file:line. Which settings there are is the reader's to know: unknown ones are kept.
Result<Settings> parse_settings(std::string_view toml, const std::string& file_name);
/// A file that does not exist is no settings; one that cannot be read is an error.
Result<Settings> load_settings(const std::filesystem::path& file);

}  // namespace thresher::profile
