#include <thresher/plugin.h>

static void* create(const thresher_host* host, const thresher_config* config, uint64_t seed) {
  static int64_t status;
  (void)seed;
  status = host->option_integer(config, thresher_text_of("status"));
  return &status;
}

static void handle(void* self, const thresher_request* request, thresher_respond respond, thresher_exchange* exchange) {
  const thresher_answer answer = {
      .struct_size = sizeof answer, .status = (int32_t) * (int64_t*)self, .body = request->path};
  respond(exchange, &answer);
}

static void destroy(void* self) { (void)self; }

static const thresher_endpoint kEndpoints[] = {{sizeof kEndpoints[0], 8080, 0, THRESHER_TEXT("main")}};
static const thresher_option kOptions[] = {{
    .struct_size = sizeof kOptions[0],
    .type = THRESHER_OPTION_INTEGER,
    .flags = THRESHER_OPTION_HAS_MINIMUM | THRESHER_OPTION_HAS_MAXIMUM,
    .name = THRESHER_TEXT("status"),
    .summary = THRESHER_TEXT("what it answers with"),
    .default_value = THRESHER_TEXT("200"),
    .minimum = 200,
    .maximum = 599,
}};
static const thresher_target kTarget = {
    .struct_size = sizeof kTarget,
    .name = THRESHER_TEXT("sample-c"),
    .summary = THRESHER_TEXT("says the path it was asked for"),
    .endpoints = kEndpoints,
    .endpoint_count = 1,
    .options = kOptions,
    .option_count = 1,
    .create = create,
    .handle = handle,
    .destroy = destroy,
};
static const thresher_target* const kTargets[] = {&kTarget};
static const thresher_plugin kPlugin = {
    .struct_size = sizeof kPlugin,
    .abi_major = THRESHER_ABI_MAJOR,
    .abi_minor = THRESHER_ABI_MINOR,
    .name = THRESHER_TEXT("sample_c"),
    .version = THRESHER_TEXT("0.1.0"),
    .targets = kTargets,
    .target_count = 1,
};

const thresher_plugin* thresher_plugin_v1(const thresher_host* host) {
  (void)host;
  return &kPlugin;
}
