#include "cli/versions.h"

#include <brotli/decode.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <llhttp.h>
#include <luajit.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <spdlog/version.h>
#include <sqlite3.h>
#include <toml++/toml.h>
#include <uv.h>
#include <zlib.h>
#include <zstd.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "thresher/plugin.h"

namespace thresher::cli {

std::vector<std::pair<std::string, std::string>> dependency_versions() {
  const std::uint32_t brotli = BrotliDecoderVersion();
  return {
      {"plugin ABI", fmt::format("{}.{}", THRESHER_ABI_MAJOR, THRESHER_ABI_MINOR)},
      {"libuv", uv_version_string()},
      {"LuaJIT", LUAJIT_VERSION},
      {"llhttp", fmt::format("{}.{}.{}", LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR, LLHTTP_VERSION_PATCH)},
      {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
      {"zlib", zlibVersion()},
      {"brotli", fmt::format("{}.{}.{}", brotli >> 24U, (brotli >> 12U) & 0xFFFU, brotli & 0xFFFU)},
      {"zstd", ZSTD_versionString()},
      {"simdjson", SIMDJSON_STRINGIFY(SIMDJSON_VERSION)},
      {"nlohmann-json",
       fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
      {"SQLite", sqlite3_libversion()},
      {"libpq", fmt::format("{}.{}", PQlibVersion() / 10000, PQlibVersion() % 10000)},
      {"toml++", fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
      {"CLI11", CLI11_VERSION},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"spdlog", fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
  };
}

}  // namespace thresher::cli
