#include "tool_server.h"

#include <string>
#include <utility>

#include "body.h"

namespace recovery {
namespace {

constexpr std::size_t kPrefix = 7;         // "sha256:"
constexpr std::size_t kReceiptDigits = 7;  // 28 bits, which every client's numbers hold

}  // namespace

const Effect& ToolServer::call(Effect effect, std::string_view payload, Time now) {
  effect.number = ++made_;
  effect.payload_hash = sha256_of(payload);
  const std::string digest = sha256_of(effect.tool + '\n' + effect.payload_hash);
  effect.receipt = std::stoll(digest.substr(kPrefix, kReceiptDigits), nullptr, 16);
  effect.at = now;
  ledger_.push_back(std::move(effect));
  if (ledger_.size() > conduct_.kept) ledger_.pop_front();
  return ledger_.back();
}

}  // namespace recovery
