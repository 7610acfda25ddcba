#include "service/target_url.h"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::service {

Result<std::string> chosen_platform(const Members& members, std::string_view platform_url) {
  const std::string tenant = members.text(plugin::view_of(kTenantId.name));
  if (std::any_of(tenant.begin(), tenant.end(), [](char c) { return c < ' ' || c > '~'; }))
    return fail(ErrorCode::invalid_argument,
                fmt::format("tenant_id \"{}\" has a character that no header can carry", tenant));
  const std::string asked = members.text(plugin::view_of(kTargetUrl.name));
  std::string url = asked.empty() ? std::string(platform_url) : asked;
  if (url.empty())
    return fail(ErrorCode::invalid_argument,
                "target_url is missing, and the service was started without PLATFORM_URL: say which platform to test");
  if (const auto parsed = parse_platform_url(url); !parsed)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {}", asked.empty() ? "PLATFORM_URL" : "target_url", parsed.error().message));
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace thresher::service
