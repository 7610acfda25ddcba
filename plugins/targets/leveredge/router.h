#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"
#include "thresher/plugin.hpp"
#include "thresher/random.hpp"

namespace leveredge {

/// A request on its way through an agent that has decided to answer it.
struct Call {
  const thresher::Request& request;
  thresher::Random& random;
  double latency_ms = 0;  ///< what this agent's reliability drew for this request, before any scale
  std::string id = {};    ///< the segment of the path where its route has "{id}", percent-decoded

  double scaled_ms(double scale) const { return std::min(latency_ms * scale, kLongestMs); }
  std::chrono::nanoseconds after(double scale) const { return thresher::milliseconds(scaled_ms(scale)); }

 private:
  static constexpr double kLongestMs =
      86400e3;  // a day: whatever the options say, sums of it fit 64 bits of nanoseconds
};

/// The paths of an agent. Unknown ones and wrong methods are answered as FastAPI does; HEAD goes where GET goes.
class Router {
 public:
  using Handler = std::function<thresher::Answer(Call&)>;
  /// A handler of requests with a JSON object for a body; others are refused before it.
  using BodyHandler = std::function<thresher::Answer(Call&, const Json& body)>;

  /// In `path` one segment may be "{id}". The first route that fits is taken.
  void get(std::string path, Handler handler) { routes_.push_back({"GET", std::move(path), std::move(handler)}); }
  void post(std::string path, Handler handler) { routes_.push_back({"POST", std::move(path), std::move(handler)}); }
  void post_json(std::string path, BodyHandler handler);

  thresher::Answer route(Call& call) const;

 private:
  struct Route {
    std::string_view method;
    std::string path;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace leveredge
