#include "http/resolver_cache.h"

namespace thresher::http {

const std::vector<event::Address>* ResolverCache::resolve(const std::string& host, std::uint16_t port,
                                                          ResolverWaiter& waiter) {
  Entry& entry = entries_[{host, port}];
  if (entry.expires > loop_.now()) return &entry.addresses;
  if (const auto literal = event::Address::parse(host, port)) {
    entry.addresses = {*literal};
    entry.expires = TimePoint::max();
    return &entry.addresses;
  }
  entry.waiters.push_back(waiter);
  if (!entry.question) {
    entry.question = loop_.resolve(
        host, port, [this, &entry](std::vector<event::Address> addresses) { on_done(entry, std::move(addresses)); });
  }
  return nullptr;
}

void ResolverCache::on_done(Entry& entry, std::vector<event::Address> addresses) {
  answered_ = std::move(entry.question);
  const TimePoint now = loop_.now();
  if (!addresses.empty()) {
    entry.addresses = addresses;
    entry.expires = lifetime_ > TimePoint::max() - now ? TimePoint::max() : now + lifetime_;
  }
  // Taken aside first: a waiter that fails may ask again at once, and that is a new question.
  IntrusiveList<ResolverWaiter, ResolverWaiter> told;
  while (!entry.waiters.empty()) told.push_back(entry.waiters.pop_front());
  while (!told.empty()) told.pop_front().on_resolved(addresses, now);
}

}  // namespace thresher::http
