#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "http/content_coding.h"
#include "http/headers.h"
#include "service/live/assets.h"

using namespace thresher;
using namespace thresher::service;
using Catch::Matchers::Contains;

namespace {

struct Answer final : http::Responder {
  void respond(int given_status, std::string_view given_headers, std::string_view given_body) override {
    status = given_status;
    headers = given_headers;
    body = given_body;
  }
  void respond_raw(std::string_view, bool) override {}
  void reset() override {}
  void begin_stream(int, std::string_view) override {}
  bool write_chunk(std::string_view) override { return true; }
  void finish_stream() override {}
  void on_writable(std::function<void()>) override {}
  void on_gone(std::function<void()>) override {}

  std::string header(const std::string& name) const {
    return std::string(http::find_header("HTTP/1.1 200 OK\r\n" + headers + "\r\n", name).value);
  }

  int status = 0;
  std::string headers, body;
};

const std::string kScript(5000, 'x');
const EmbeddedFile kFiles[] = {{"index.html", "<!doctype html>"}, {"main.js", kScript}, {"icon.svg", "<svg/>"}};

/// What a GET answers; status 0: it is none of the assets'.
Answer get(const std::string& path, const std::string& headers = {}, std::string_view method = "GET") {
  const Assets assets(kFiles);
  const std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", method, path, headers);
  http::ServerRequest request;
  request.method = method;
  request.target = path;
  request.head = head;
  Answer answer;
  const bool served = assets.serve(path, request, answer);
  CHECK(served == (answer.status != 0));
  return answer;
}

}  // namespace

TEST_CASE("the page may run and load nothing but its own files", "[unit][service]") {
  for (const char* path : {"/", "/page/main.js"}) {
    const Answer answer = get(path);
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Security-Policy") ==
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri "
          "'none'; form-action 'none'; frame-ancestors 'none'");
    CHECK(answer.header("X-Content-Type-Options") == "nosniff");
  }
  CHECK(get("/").header("Content-Type") == "text/html; charset=utf-8");
  CHECK(get("/page/main.js").header("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(get("/page/icon.svg").header("Content-Type") == "image/svg+xml");
}

TEST_CASE("only the page's own files are found, and only to read", "[unit][service]") {
  CHECK(get("/page/index.html").status == 0);
  CHECK(get("/main.js").status == 0);
  CHECK(get("/page/../page/main.js").status == 0);
  CHECK(get("/page/main.js", "", "POST").status == 0);
  CHECK(get("/page/main.js", "", "HEAD").status == 200);
}

TEST_CASE("a file is packed for who takes gzip, when that gains something", "[unit][service]") {
  const Answer packed = get("/page/main.js", "Accept-Encoding: br, gzip\r\n");
  CHECK(packed.header("Content-Encoding") == "gzip");
  CHECK(packed.header("Vary") == "Accept-Encoding");
  CHECK(packed.body.size() < kScript.size() / 10);
  CHECK(http::decode_content(packed.body, "gzip", kScript.size()).value() == kScript);
  CHECK(get("/page/main.js").body == kScript);
  CHECK(get("/page/icon.svg", "Accept-Encoding: gzip\r\n").header("Content-Encoding").empty());
}

TEST_CASE("whoever has a file already is told so, whichever form of it", "[unit][service]") {
  const std::string plain = get("/page/main.js").header("ETag");
  const std::string packed = get("/page/main.js", "Accept-Encoding: gzip\r\n").header("ETag");
  CHECK(plain != packed);
  const Answer known = get("/page/main.js", "If-None-Match: \"other\", " + plain + "\r\n");
  CHECK(known.status == 304);
  CHECK(known.body.empty());
  CHECK(known.header("ETag") == plain);
  CHECK(get("/page/main.js", "Accept-Encoding: gzip\r\nIf-None-Match: " + packed + "\r\n").status == 304);
  CHECK(get("/page/main.js", "If-None-Match: " + packed + "\r\n").status == 200);
  CHECK(get("/page/main.js", "If-None-Match: *\r\n").status == 304);
  CHECK(get("/").header("ETag") != plain);
}

TEST_CASE("gzip is taken when named or by a star, and not with a weight of zero", "[unit][service]") {
  CHECK(takes_gzip("gzip"));
  CHECK(takes_gzip("br;q=1.0, GZIP;q=0.5"));
  CHECK(takes_gzip("*"));
  CHECK_FALSE(takes_gzip(""));
  CHECK_FALSE(takes_gzip("br, deflate"));
  CHECK_FALSE(takes_gzip("gzip;q=0"));
  CHECK_FALSE(takes_gzip("gzip; q=0.000, *"));
  CHECK_FALSE(takes_gzip("*;q=0"));
}

TEST_CASE("what is embedded has the page, uPlot and its licence", "[unit][service]") {
  std::vector<std::string_view> names;
  std::size_t ours = 0;
  for (const EmbeddedFile& file : embedded_files()) {
    names.push_back(file.name);
    if (!file.name.starts_with("uPlot")) ours += file.bytes.size();
  }
  const auto has = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  CHECK(has("index.html"));
  CHECK(has("uPlot.iife.min.js"));
  CHECK(has("uPlot.min.css"));
  CHECK(has("uPlot.LICENSE.txt"));
  CHECK(ours > 0);
}
