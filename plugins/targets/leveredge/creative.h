#pragma once

#include "agent.h"

namespace leveredge {

/// The creative director: breaks projects down into tasks for the others.
class Muse final : public Service {
 public:
  explicit Muse(const Conduct& conduct) : conduct_(conduct) {}
  void add_routes(Router& router) override;

 private:
  thresher::Answer create(Call& call, const Json& body);
  Conduct conduct_;
};

/// The writer.
class Calliope final : public Service {
 public:
  explicit Calliope(const Conduct& conduct) : conduct_(conduct) {}
  void add_routes(Router& router) override;

 private:
  thresher::Answer write(Call& call, const Json& body);
  Conduct conduct_;
};

/// The designer.
class Thalia final : public Service {
 public:
  explicit Thalia(const Conduct& conduct) : conduct_(conduct) {}
  void add_routes(Router& router) override;

 private:
  thresher::Answer design(Call& call, const Json& body, std::string_view what);
  Conduct conduct_;
};

/// The reviewer.
class Clio final : public Service {
 public:
  explicit Clio(const Conduct& conduct) : conduct_(conduct) {}
  void add_routes(Router& router) override;

 private:
  thresher::Answer review(Call& call, const Json& body);
  Conduct conduct_;
};

}  // namespace leveredge
