#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "service/query.h"

namespace thresher::service {

/// One request that found its endpoint. Views live until the handler returns.
struct Call {
  const http::ServerRequest& request;
  std::string_view path;  ///< as sent, without the query
  std::string_view id;    ///< what stood for {id}; empty when the endpoint's path has none
  const Query& query;
  /// Taken by a handler that answers later. One that returns without having taken or used it closes the connection.
  std::unique_ptr<http::Responder> responder;

  bool is_head() const { return request.method == "HEAD"; }
};

/// An endpoint as data: what routing, the OpenAPI document and the page of contents know of it.
struct Endpoint {
  std::string method;   ///< GET (HEAD comes with it), POST or DELETE
  std::string path;     ///< "/a/{id}/b": {id} stands for one segment
  std::string tag;      ///< the chapter it belongs to
  std::string summary;  ///< one line for people
  std::function<void(Call&)> handle;

  std::string parameters;  ///< of the query: a JSON object as plugin::Product::options_json; "" for none
  std::string body;        ///< likewise, the members of the JSON body; "" when it takes none
  std::string answer;      ///< JSON schema of the answer
  std::string media_type = "application/json";
  int status = 200;           ///< of the answer that `answer` describes
  std::string example = {};   ///< a body (JSON) that is right; {id} and parameters have examples of their own
  std::string failures = {};  ///< further statuses it may answer with, blank-separated: "404 409"
  bool listed = true;         ///< in the OpenAPI document and the page
};

/// Finds the endpoint for a method and a path. Unknown paths, known paths with another method, HEAD and OPTIONS are its
/// own business.
class Router {
 public:
  /// The reference is good until the next add().
  Endpoint& add(Endpoint endpoint) { return endpoints_.emplace_back(std::move(endpoint)); }
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

  /// Calls the endpoint's handler, or answers 404, 405 with Allow, or 204 with Allow to OPTIONS.
  void route(Call& call) const;

 private:
  std::string allowed(std::string_view path) const;

  std::vector<Endpoint> endpoints_;
};

}  // namespace thresher::service
