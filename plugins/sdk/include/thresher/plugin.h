/* The binary interface between Thresher and a plugin. C11; includes only <stddef.h> and <stdint.h>.
 *
 * Every pointer says who owns it and until when; nobody frees the other side's memory. No C++ types, no exceptions, no FILE*,
 * no enum of unknown width crosses this line. Structures grow only at their end: each begins with struct_size, the size as
 * its maker compiled it, and a reader checks it before touching a member that a minor version added. */
#ifndef THRESHER_PLUGIN_H
#define THRESHER_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define THRESHER_ABI_MAJOR 1u /* another major: the host refuses, and says which was found and wanted */
#define THRESHER_ABI_MINOR 0u /* members are only ever appended */

#if defined(_WIN32)
#define THRESHER_EXPORT __declspec(dllexport)
#else
#define THRESHER_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 or bytes, not NUL-terminated. data may be NULL when size is 0. */
typedef struct thresher_text {
  const char* data;
  size_t size;
} thresher_text;

/* What the host gives a plugin. HOST-OWNED, lives as long as the library. */
typedef struct thresher_host {
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t flags; /* 0 */
  void* context;  /* pass back to the functions below */
  /* Any thread. Reports why the call in progress failed; text: PLUGIN-OWNED, copied before this returns. */
  void (*fail)(void* context, thresher_text message);
  /* Any thread. level: 0 debug, 1 info, 2 warning, 3 error. text: PLUGIN-OWNED, copied. */
  void (*log)(void* context, int32_t level, thresher_text message);
} thresher_host;

/* A place a target listens at. PLUGIN-OWNED, lives as long as the library. */
typedef struct thresher_endpoint {
  thresher_text name; /* "atlas" */
  uint16_t port;      /* its real port */
  uint16_t reserved0; /* 0 */
  uint32_t reserved1; /* 0 */
} thresher_endpoint;

/* A request to a target. HOST-OWNED until handle() returns. */
typedef struct thresher_request {
  uint32_t struct_size;
  uint16_t port;      /* of the endpoint it came to, as declared */
  uint16_t reserved0; /* 0 */
  uint64_t number;    /* from 0, in order of arrival at this instance */
  int64_t now_ns;     /* monotonic; virtual in a rehearsal */
  thresher_text method;
  thresher_text path;    /* without the query */
  thresher_text query;   /* without the '?', still encoded; may be empty */
  thresher_text headers; /* "Name: value\r\n" lines */
  thresher_text body;
} thresher_request;

/* What happens instead of, or to, an ordinary answer. */
#define THRESHER_ANSWER_WHOLE 0    /* status, headers and body as given */
#define THRESHER_ANSWER_NEVER 1    /* the connection stays open and silent */
#define THRESHER_ANSWER_RESET 2    /* the connection is aborted */
#define THRESHER_ANSWER_TRUNCATE 3 /* head with the full Content-Length, half of the body, then an orderly close */
#define THRESHER_ANSWER_GARBAGE 4  /* `body` is written as it is, without a head, then an orderly close */

/* A target's answer. PLUGIN-OWNED until respond() returns. */
typedef struct thresher_answer {
  uint32_t struct_size;
  int32_t kind;       /* THRESHER_ANSWER_... */
  int64_t after_ns;   /* how long after the request arrived; >= 0 */
  int32_t status;     /* 200..599 */
  uint32_t reserved0; /* 0 */
  thresher_text headers; /* "Name: value\r\n" lines besides Content-Length; may be empty */
  thresher_text body;
} thresher_answer;

/* The one request being handled. HOST-OWNED; only valid inside handle(). */
typedef struct thresher_exchange thresher_exchange;
typedef void (*thresher_respond)(thresher_exchange* exchange, const thresher_answer* answer);

/* A system under test's stand-in. PLUGIN-OWNED, lives as long as the library. */
typedef struct thresher_target {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  thresher_text name;
  thresher_text summary; /* one line for `thresher plugins` */
  const thresher_endpoint* endpoints;
  size_t endpoint_count;
  /* JSON object: option name to {"type","default","description","minimum"?,"maximum"?,"enum"?}. The host checks a config against it
   * and names a wrong option before create() sees anything. */
  thresher_text options;
  /* One instance per stand-in. config: a whole JSON object, HOST-OWNED until return. Same config and seed: same answers to
   * the same requests in the same order. Returns NULL after host->fail(). Any thread, but one. */
  void* (*create)(const thresher_host* host, thresher_text config, uint64_t seed);
  /* Same thread as create; must not block; calls respond exactly once before it returns. */
  void (*handle)(void* self, const thresher_request* request, thresher_respond respond, thresher_exchange* exchange);
  void (*destroy)(void* self); /* once, same thread, after the last handle */
} thresher_target;

/* What a library holds. PLUGIN-OWNED, lives as long as the library. */
typedef struct thresher_plugin {
  uint32_t struct_size;
  uint32_t abi_major; /* THRESHER_ABI_MAJOR and _MINOR as the plugin was compiled */
  uint32_t abi_minor;
  uint32_t flags; /* 0 */
  thresher_text name;
  thresher_text version;
  const thresher_target* const* targets;
  size_t target_count;
} thresher_plugin;

/* The only exported symbol. Returns NULL after host->fail(). */
THRESHER_EXPORT const thresher_plugin* thresher_plugin_v1(const thresher_host* host);

#ifdef __cplusplus
}
#endif

#endif
