#pragma once

#include "agent.h"
#include "event_store.h"

namespace leveredge {

/// The event bus: what is published reaches subscribers, who acknowledge it, and humans, who respond.
class EventBus final : public Service {
 public:
  explicit EventBus(const Conduct& conduct) : conduct_(conduct), store_(conduct.limits.stored_events) {}
  void add_routes(Router& router) override;

 private:
  thresher::Answer publish(Call& call, const Json& body);
  thresher::Answer acknowledge(Call& call);
  thresher::Answer respond(Call& call, const Json& body);
  thresher::Answer list(Call& call);
  thresher::Answer list_of_agent(Call& call);
  thresher::Answer timed(const Call& call, const Json& body) const;

  Conduct conduct_;
  EventStore store_;
};

}  // namespace leveredge
