/* The binary interface between Thresher and a plugin. C11; includes only <stddef.h> and <stdint.h>. C++ authors will
 * rather want thresher/plugin.hpp, which wraps it in a class.
 *
 * Rules for every line below:
 * - Each pointer says who owns it and until when; nobody frees the other side's memory.
 * - No C++ type, exception, FILE* or enum of unknown width crosses.
 * - Structures only grow, at their end. Each begins with struct_size, its size as its maker compiled it; a reader looks
 * there before it touches a member that a minor version added. The elements of an array all have one struct_size, and a
 * reader steps by that, not by its own sizeof.
 * - Reserved members and unknown flag bits are 0 when written and ignored when read. */
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

/* THRESHER_TEXT("atlas") initialises a thresher_text from a string literal, in a static table too. */
#define THRESHER_TEXT(literal) \
  { (literal), sizeof(literal) - 1 }

/* A thresher_text over a NUL-terminated string, for calls: host->fail(host->context, thresher_text_of("no such
 * shape")). */
static inline thresher_text thresher_text_of(const char* string) {
  thresher_text text;
  text.data = string;
  text.size = 0;
  while (string[text.size] != '\0') ++text.size;
  return text;
}

/* What a person chose for the options that a plugin declares: checked by the host, defaults filled in. HOST-OWNED until
 * the create() it was given to returns; read through the host's option_... functions. */
typedef struct thresher_config thresher_config;

#define THRESHER_LOG_DEBUG 0
#define THRESHER_LOG_INFO 1
#define THRESHER_LOG_WARNING 2
#define THRESHER_LOG_ERROR 3

/* What the host gives a plugin. HOST-OWNED, lives as long as the library. */
typedef struct thresher_host {
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t flags;
  void* context; /* pass it back to fail and log */
  /* On the thread of the call in progress: says why that call fails; the last message counts. Outside a call it is
   * logged as an error. message: PLUGIN-OWNED, copied before this returns. */
  void (*fail)(void* context, thresher_text message);
  /* Any thread. level: THRESHER_LOG_... message: PLUGIN-OWNED, copied before this returns. */
  void (*log)(void* context, int32_t level, thresher_text message);
  /* Inside create() only. The value of a declared option: that given by a person, else its default, else 0, false or
   * empty. Asking for an option that was not declared, or as another type, makes create() fail with a message that says
   * so. A text is HOST-OWNED until create() returns. */
  thresher_text (*option_text)(const thresher_config* config, thresher_text name);
  double (*option_number)(const thresher_config* config, thresher_text name);
  int64_t (*option_integer)(const thresher_config* config, thresher_text name);
  int32_t (*option_boolean)(const thresher_config* config, thresher_text name); /* 1 or 0 */
  int32_t (*option_given)(const thresher_config* config, thresher_text name);   /* 1: by a person; 0: the default */
} thresher_host;

#define THRESHER_OPTION_TEXT 0
#define THRESHER_OPTION_NUMBER 1  /* finite */
#define THRESHER_OPTION_INTEGER 2 /* fits an int64_t */
#define THRESHER_OPTION_BOOLEAN 3

#define THRESHER_OPTION_HAS_MINIMUM 1u
#define THRESHER_OPTION_HAS_MAXIMUM 2u

/* An option that people may set. Names are lower case letters, digits and '_', beginning with a letter. PLUGIN-OWNED,
 * lives as long as the library. */
typedef struct thresher_option {
  uint32_t struct_size;
  int32_t type;   /* THRESHER_OPTION_... */
  uint32_t flags; /* THRESHER_OPTION_HAS_... */
  uint32_t reserved0;
  thresher_text name;
  thresher_text summary;       /* one line for people */
  thresher_text default_value; /* as a person would type it: flaky, 0.25, 10, true; empty: no default */
  thresher_text choices;       /* of a text: those allowed, as "rock_solid|reliable|flaky"; empty: any */
  double minimum;              /* of a number or integer, inclusive; counts with its flag */
  double maximum;
} thresher_option;

/* A place where a target listens. Names as those of options, '-' allowed. PLUGIN-OWNED, lives as long as the library.
 */
typedef struct thresher_endpoint {
  uint32_t struct_size;
  uint16_t port; /* its real port, 1..65535; no two endpoints of a target share one */
  uint16_t reserved0;
  thresher_text name; /* "atlas" */
} thresher_endpoint;

/* A request to a target. HOST-OWNED until handle() returns. */
typedef struct thresher_request {
  uint32_t struct_size;
  uint16_t port; /* of the endpoint it came to, as declared */
  uint16_t reserved0;
  uint64_t number;       /* from 0, in order of arrival at this instance */
  uint64_t connection;   /* which connection of the client it came by; unique within the instance */
  int64_t now_ns;        /* time since this instance was created; never goes back; virtual in a rehearsal */
  int64_t wall_ns;       /* unix time, only to label things; the same in every rehearsal */
  thresher_text method;  /* "GET" */
  thresher_text path;    /* as sent: still percent-encoded, without the query */
  thresher_text query;   /* as sent, without the '?'; may be empty */
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
  int32_t kind;     /* THRESHER_ANSWER_... */
  int64_t after_ns; /* how long after the request arrived; >= 0 */
  int32_t status;   /* 200..599; of a whole or truncated answer */
  uint32_t reserved0;
  thresher_text headers; /* "Name: value\r\n" lines, but not Content-Length nor Transfer-Encoding; may be empty */
  thresher_text body;
} thresher_answer;

/* The one request being handled. HOST-OWNED; only valid inside handle(). */
typedef struct thresher_exchange thresher_exchange;
typedef void (*thresher_respond)(thresher_exchange* exchange, const thresher_answer* answer);

/* A system under test's stand-in. PLUGIN-OWNED, lives as long as the library. */
typedef struct thresher_target {
  uint32_t struct_size;
  uint32_t flags;
  thresher_text name;    /* what people type: "leveredge"; lower case letters, digits, '_' and '-' */
  thresher_text summary; /* one line for people */
  const thresher_endpoint* endpoints;
  size_t endpoint_count; /* at least 1 */
  const thresher_option* options;
  size_t option_count;
  /* Makes one instance per stand-in. The same options and seed must give the same answers to the same requests at the
   * same now_ns. Returns NULL after host->fail(). Each instance keeps to one thread, but several instances may live on
   * several. */
  void* (*create)(const thresher_host* host, const thresher_config* config, uint64_t seed);
  /* Same thread as create; must not block; calls respond exactly once before it returns, or host->fail() instead (the
   * client then gets a 500 with that message). */
  void (*handle)(void* self, const thresher_request* request, thresher_respond respond, thresher_exchange* exchange);
  void (*destroy)(void* self); /* once, same thread, after the last handle */
} thresher_target;

/* What a library holds. PLUGIN-OWNED, lives as long as the library. */
typedef struct thresher_plugin {
  uint32_t struct_size;
  uint32_t abi_major; /* THRESHER_ABI_MAJOR and _MINOR as the plugin was compiled */
  uint32_t abi_minor;
  uint32_t flags;
  thresher_text name;
  thresher_text version;
  const thresher_target* const* targets;
  size_t target_count;
} thresher_plugin;

/* The only exported symbol. Called when the library is loaded, by one thread, and again if a process loads it twice: it
 * then gives the same table. Must not block. Returns NULL after host->fail(). The library stays loaded until the
 * process exits. */
THRESHER_EXPORT const thresher_plugin* thresher_plugin_v1(const thresher_host* host);

#ifdef __cplusplus
}
#endif

#endif
