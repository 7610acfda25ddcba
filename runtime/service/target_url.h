#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "service/declared.h"
#include "service/members.h"
#include "service/platform_client.h"

namespace thresher::service {

inline constexpr thresher_option kTargetUrl =
    declared_text("target_url", "", "the platform, http or https; without it PLATFORM_URL counts");
inline constexpr thresher_option kTenantId =
    declared_text("tenant_id", "stress-test", "sent along as X-Tenant-ID; empty: not sent");

/// The platform that a body asks for, else the one the service was started with. The error says which is wrong, or that
/// there is none; likewise of a tenant that no header can carry.
Result<std::string> chosen_platform(const Members& members, std::string_view platform_url);

}  // namespace thresher::service
