#include "store/location.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <optional>

using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;

namespace {

/// An environment variable for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = ::getenv(name)) before_ = before;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("paths and sqlite: name files", "[unit][store]") {
  for (const char* text : {"runs/history.db", "sqlite:runs/history.db"}) {
    const auto location = parse_location(text);
    REQUIRE(location);
    CHECK(location->kind == Location::Kind::sqlite);
    CHECK(location->target == "runs/history.db");
    CHECK(location->shown == "runs/history.db");
  }
  CHECK(parse_location("sqlite:/var/runs.db")->target == "/var/runs.db");
  CHECK_FALSE(parse_location(""));
  CHECK_FALSE(parse_location("sqlite:"));
  CHECK_THAT(parse_location("mysql://root:secret@db/x").error().message,
             Contains("'mysql://...'") && Contains("postgresql://") && !Contains("secret"));
}

TEST_CASE("a PostgreSQL URL is shown without its password, wherever that stands", "[unit][store]") {
  for (const char* url :
       {"postgres://me:s3cret@db.example:5433/runs", "postgresql://me@db.example:5433/runs?password=s3cret"}) {
    const auto location = parse_location(url);
    REQUIRE(location);
    CHECK(location->kind == Location::Kind::postgres);
    CHECK(location->target == url);
    CHECK(location->shown == "postgresql://me@db.example:5433/runs");
  }
}

TEST_CASE("a URL that cannot be read is refused without a word of what was in it", "[unit][store]") {
  for (const char* url :
       {"postgres://me:s3%zzcret@db/runs", "postgres://me:s3cret@x@db/runs", "postgres://me:s3/cret@db/runs",
        "postgres://me:s3cret@db:port:5432/x", "postgres://[me:s3cret@db/x", "postgres://me:s3cret@db/runs?bogus=1"}) {
    CAPTURE(url);
    const auto location = parse_location(url);
    if (location) {
      CHECK_THAT(location->shown, !Contains("cret"));
      continue;
    }
    CHECK_THAT(location.error().message, Contains("expected postgresql://") && Contains("%40") && !Contains("cret"));
  }
  CHECK_FALSE(parse_location("postgres://me:s3cret@x@db/runs"));
  CHECK_FALSE(parse_location("postgres://me:s3%zzcret@db/runs"));
}

TEST_CASE("the default history is where the XDG specification wants data", "[unit][store]") {
  const Variable no_url("DATABASE_URL", nullptr), home("HOME", "/home/somebody");
  {
    const Variable xdg("XDG_DATA_HOME", "/data");
    CHECK(locate_history()->target == "/data/thresher/history.db");
    CHECK_FALSE(locate_history()->named);
  }
  for (const char* useless : {static_cast<const char*>(nullptr), "", "relative/folder"}) {
    const Variable xdg("XDG_DATA_HOME", useless);
    CHECK(locate_history()->target == "/home/somebody/.local/share/thresher/history.db");
  }
}

TEST_CASE("DATABASE_URL names the history, and is named when it is wrong", "[unit][store]") {
  {
    const Variable url("DATABASE_URL", "sqlite:mine.db");
    CHECK(locate_history()->target == "mine.db");
    CHECK(locate_history()->named);
  }
  const Variable url("DATABASE_URL", "redis://x");
  CHECK(locate_history().error().where == "DATABASE_URL");
}
