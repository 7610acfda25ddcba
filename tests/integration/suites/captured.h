#pragma once

#include <map>
#include <string>
#include <vector>

namespace suites {

/// A request as a scenario sent it.
struct Captured {
  std::string method, path, body;
  std::map<std::string, std::string> query;    ///< percent-decoded
  std::map<std::string, std::string> headers;  ///< names as sent
  int port = 0;

  std::string text() const { return method + " :" + std::to_string(port) + path + " " + body; }
};

/// The requests in what `thresher ... --http-debug full` prints.
std::vector<Captured> captured_requests(const std::string& output);

}  // namespace suites
