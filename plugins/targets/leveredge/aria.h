#pragma once

#include "admission.h"
#include "agent.h"

namespace leveredge {

/// The assistant that people talk to: whole answers, or a stream of them in OpenAI's shape.
class Aria final : public Service {
 public:
  explicit Aria(const Conduct& conduct) : conduct_(conduct), admission_(conduct.limits) {}
  void add_routes(Router& router) override;

 private:
  thresher::Answer chat(Call& call, const Json& body);

  Conduct conduct_;
  Admission admission_;
};

}  // namespace leveredge
