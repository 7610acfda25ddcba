#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "service/platform_client.h"
#include "service/products.h"
#include "service/router.h"

namespace thresher::service {

/// POST /api/agents/push-fleet and push-workflow: one generated thing, sent to a platform at once; the answer says what
/// the platform said. Nothing is kept of it.
class PushApi {
 public:
  /// `platform_url` stands in for a target_url that was not given; it may be empty. All outlive it.
  static Result<std::unique_ptr<PushApi>> create(event::Loop& loop, Products& products, std::string platform_url);

  ~PushApi();

  void add_to(Router& router);

 private:
  struct Kind;

  PushApi(Products& products, std::string platform_url);
  Result<void> prepare();
  void push(Call& call, const Kind& kind);
  static std::string workflow_for_platform(std::string_view made);
  static std::string fleet_for_platform(std::string_view made);

  Products& products_;
  std::string platform_url_;
  std::unique_ptr<PlatformClient> client_;
  std::vector<std::unique_ptr<Kind>> kinds_;
};

}  // namespace thresher::service
