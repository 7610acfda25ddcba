#include "captured.h"

#include <regex>
#include <sstream>

namespace suites {
namespace {

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> parameters(const std::string& query) {
  std::map<std::string, std::string> found;
  std::istringstream stream(query);
  for (std::string pair; std::getline(stream, pair, '&');) {
    const std::size_t equals = pair.find('=');
    found[decoded(pair.substr(0, equals))] = equals == std::string::npos ? "" : decoded(pair.substr(equals + 1));
  }
  return found;
}

/// A line without what a terminal may not see: the carriage return, shown as '?'.
bool next_line(std::istream& in, std::string& line) {
  if (!std::getline(in, line)) return false;
  if (!line.empty() && (line.back() == '?' || line.back() == '\r')) line.pop_back();
  return true;
}

}  // namespace

std::vector<Captured> captured_requests(const std::string& output) {
  static const std::regex kRequestLine(R"(\[[0-9:]+\] ([A-Z]+) (\S+) HTTP/1\.1)");
  std::vector<Captured> all;
  std::istringstream in(output);
  for (std::string line; next_line(in, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, kRequestLine)) continue;
    Captured request;
    request.method = match[1];
    const std::string target = match[2];
    const std::size_t question = target.find('?');
    request.path = decoded(target.substr(0, question));
    if (question != std::string::npos) request.query = parameters(target.substr(question + 1));
    while (next_line(in, line) && !line.empty())
      request.headers[line.substr(0, line.find(':'))] = line.substr(std::min(line.size(), line.find(':') + 2));
    const auto length = request.headers.find("Content-Length");
    const bool has_body = length != request.headers.end() && length->second != "0";
    if (has_body && std::getline(in, line)) request.body = line;
    const std::string& host = request.headers["Host"];
    request.port = std::stoi(host.substr(host.rfind(':') + 1));
    all.push_back(request);
  }
  return all;
}

}  // namespace suites
