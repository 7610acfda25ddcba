#include "base/outcome.h"

#include <array>

namespace thresher {
namespace {

struct Row {
  Outcome outcome;
  std::string_view name;
  int error_code;
};

/// In the order of the enumeration. Where k6 has no code of its own for a failure it reports the generic one of the
/// layer: 1000 (any), 1200 (TCP), 1213 (dialling, an errno of another kind), 1300 (TLS).
constexpr std::array<Row, kOutcomeCount> kRows{{
    {Outcome::ok, "ok", 0},
    {Outcome::timeout, "timeout", 1050},
    {Outcome::connect_timeout, "connect_timeout", 1211},
    {Outcome::connect_refused, "connect_refused", 1212},
    {Outcome::unreachable, "unreachable", 1213},
    {Outcome::reset, "reset", 1220},
    {Outcome::closed, "closed", 1200},
    {Outcome::dns, "dns", 1101},
    {Outcome::tls, "tls", 1300},
    {Outcome::tls_expired, "tls_expired", 1300},
    {Outcome::tls_self_signed, "tls_self_signed", 1310},
    {Outcome::tls_untrusted, "tls_untrusted", 1310},
    {Outcome::tls_wrong_name, "tls_wrong_name", 1311},
    {Outcome::protocol, "protocol", 1000},
    {Outcome::header_too_large, "header_too_large", 1000},
    {Outcome::body_too_large, "body_too_large", 1000},
    {Outcome::decode, "decode", 1701},
    {Outcome::too_many_redirects, "too_many_redirects", 1000},
    {Outcome::descriptors, "descriptors", 1213},
    {Outcome::ports, "ports", 1213},
    {Outcome::invalid_url, "invalid_url", 1020},
    {Outcome::cancelled, "cancelled", 1000},
    {Outcome::internal, "internal", 1000},
}};

constexpr bool rows_follow_the_enumeration() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].outcome) != i) return false;
  }
  return true;
}
static_assert(rows_follow_the_enumeration());

const Row& row_of(Outcome outcome) { return kRows[static_cast<std::size_t>(outcome)]; }

}  // namespace

std::string_view name_of(Outcome outcome) { return row_of(outcome).name; }

int error_code_of(Outcome outcome) { return row_of(outcome).error_code; }

}  // namespace thresher
