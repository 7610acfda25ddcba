#pragma once

#include <string_view>
#include <vector>

#include "proxy/proxy_set.h"
#include "service/answer.h"

namespace thresher::service {

/// Why a request to Toxiproxy's API is refused: its status and its own words, which clients compare; ours beside them.
struct ToxiproxyRefusal {
  int status = 400;
  std::string error;   ///< "proxy not found"
  std::string detail;  ///< more for a person; may be empty
};
template <class T>
using ToxiproxyResult = tl::expected<T, ToxiproxyRefusal>;

/// The refusal for an error of the proxy room.
ToxiproxyRefusal refusal_of(const Error& error);

/// {"name","listen","upstream","enabled","toxics":[...]}
Json proxy_json(const proxy::Proxy& proxy);
/// {"attributes":{...},"name","type","stream","toxicity"}; with "per" and "schedule" when they say something.
Json toxic_json(const proxy::Toxic& toxic);

/// The body as an object. Members are found in any case, and null is no member, as in Toxiproxy.
ToxiproxyResult<Json> read_body(std::string_view body);

/// A proxy as `document` says, where it says something; `options` has what else holds.
ToxiproxyResult<void> read_proxy(const Json& document, proxy::ProxyOptions& options);
/// A new toxic; its attributes checked, its name made up when there is none.
ToxiproxyResult<proxy::Toxic> read_toxic(const Json& document);
/// `toxic` with the attributes, toxicity and times that `document` names; others stay.
ToxiproxyResult<void> read_toxic_change(const Json& document, proxy::Toxic& toxic);

/// Makes or replaces the proxies of a list; nothing happens unless the whole of it can be read. `with_toxics`: their
/// "toxics" are added, too, in place of those that are there. Proxies made before one cannot listen stay.
ToxiproxyResult<std::vector<proxy::Proxy*>> populate(proxy::ProxySet& proxies, std::string_view list, bool with_toxics);

}  // namespace thresher::service
