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
#define THRESHER_ABI_MINOR 2u /* members are only ever appended. 1.1: generators, validators, outputs; 1.2: streams */

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
#define THRESHER_ANSWER_STREAM 5   /* since 1.2: status and headers as given, then `chunks`, each in its time */

/* since 1.2. A piece of a streamed body. PLUGIN-OWNED until respond() returns; all of an answer have one struct_size.
 */
typedef struct thresher_chunk {
  uint32_t struct_size;
  uint32_t reserved0;
  int64_t after_ns; /* how long after the piece before it, the first one after the head; >= 0 */
  thresher_text bytes;
} thresher_chunk;

/* since 1.2. What comes after the last chunk. */
#define THRESHER_STREAM_FINISH 0 /* an orderly end */
#define THRESHER_STREAM_RESET 1  /* the connection is aborted */
#define THRESHER_STREAM_HOLD 2   /* the stream stays open and silent */

/* A target's answer. PLUGIN-OWNED until respond() returns. */
typedef struct thresher_answer {
  uint32_t struct_size;
  int32_t kind;     /* THRESHER_ANSWER_... */
  int64_t after_ns; /* how long after the request arrived; >= 0 */
  int32_t status;   /* 200..599; of a whole, truncated or streamed answer */
  uint32_t reserved0;
  thresher_text headers; /* "Name: value\r\n" lines, but not Content-Length nor Transfer-Encoding; may be empty */
  thresher_text body;
  /* since 1.2: of a stream, which begins with its head at after_ns and has no `body` */
  const thresher_chunk* chunks;
  size_t chunk_count;
  int32_t stream_end; /* THRESHER_STREAM_... */
  uint32_t reserved1;
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

/* ---- since 1.1: generators ---- */

/* One kind of thing that a generator makes, such as "workflow". PLUGIN-OWNED, lives as long as the library; all
 * products of a generator have one struct_size. */
typedef struct thresher_product {
  uint32_t struct_size;
  uint32_t flags;
  thresher_text name; /* names as those of options; unique within the generator */
  thresher_text summary;
  const thresher_option* options; /* the parameters of one call of generate() */
  size_t option_count;
} thresher_product;

/* Takes the next bytes of what is being generated. bytes: PLUGIN-OWNED until it returns. */
typedef void (*thresher_write)(void* sink, thresher_text bytes);

/* Makes input for the system under test, and knows the right answer to it. PLUGIN-OWNED, lives as long as the library.
 */
typedef struct thresher_generator {
  uint32_t struct_size;
  uint32_t flags;
  thresher_text name;
  thresher_text summary;
  const thresher_product* products;
  size_t product_count;           /* at least 1 */
  const thresher_option* options; /* of an instance */
  size_t option_count;
  /* Makes an instance; each keeps to one thread, but several may live on several. What no parameter fixes is drawn from
   * seed. Returns NULL after host->fail(). */
  void* (*create)(const thresher_host* host, const thresher_config* config, uint64_t seed);
  /* Same thread as create; must not block, nor read a clock. Writes one JSON value, in as many pieces as it likes, and
   * returns 1; or returns 0 after host->fail(), and what was written is thrown away. The same instance options, seed
   * and parameters give the same bytes, whatever was generated before. product: index into products. parameters:
   * HOST-OWNED until it returns; read with the host's option_... functions. */
  int32_t (*generate)(void* self, size_t product, const thresher_config* parameters, thresher_write write, void* sink);
  void (*destroy)(void* self); /* once, same thread, after the last generate */
} thresher_generator;

/* ---- since 1.1: validators ---- */

#define THRESHER_NO_DATA 0 /* nothing was observed: never a pass */
#define THRESHER_PASS 1
#define THRESHER_DEGRADED 2
#define THRESHER_FAIL 3

/* The target broke a rule. PLUGIN-OWNED until judge->violation() returns. */
typedef struct thresher_violation {
  uint32_t struct_size;
  uint32_t reserved0;
  int64_t at_ns;         /* the `t` of the event that showed it; -1: the absence of one did */
  thresher_text check;   /* "order" */
  thresher_text subject; /* what it is about: "workflow wf-dag-7, task-a1 -> task-b2" */
  thresher_text witness; /* lines a person reads as a proof: both observations with their times, why they contradict */
  thresher_text details; /* a JSON object for programs, or empty */
} thresher_violation;

/* What one check says of the whole history. PLUGIN-OWNED until judge->finding() returns. */
typedef struct thresher_finding {
  uint32_t struct_size;
  int32_t verdict;       /* THRESHER_NO_DATA ... THRESHER_FAIL */
  uint64_t observations; /* how much the check looked at; 0 goes with THRESHER_NO_DATA only */
  uint64_t violations;
  thresher_text check;
  thresher_text summary; /* one line */
  thresher_text details; /* a JSON object, or empty */
} thresher_finding;

/* Where a validator's judgement goes. HOST-OWNED, lives until the instance's destroy() returns. The functions are
 * called on the instance's thread, from observe() or finish(). */
typedef struct thresher_judge {
  uint32_t struct_size;
  uint32_t flags;
  void* context;                                                         /* pass it back */
  void (*violation)(void* context, const thresher_violation* violation); /* as soon as it is known */
  void (*finding)(void* context, const thresher_finding* finding);       /* from finish(), once per check */
  /* From finish(): a document for people or programs, such as "analysis". json: PLUGIN-OWNED until it returns. */
  void (*document)(void* context, thresher_text name, thresher_text json);
} thresher_judge;

/* Judges what came back, from the history of a run. PLUGIN-OWNED, lives as long as the library. */
typedef struct thresher_validator {
  uint32_t struct_size;
  uint32_t flags;
  thresher_text name;
  thresher_text summary;
  const thresher_option* options;
  size_t option_count;
  /* As a generator's. One instance judges one history. judge: see there. */
  void* (*create)(const thresher_host* host, const thresher_config* config, uint64_t seed, const thresher_judge* judge);
  /* The next event of the history: a JSON object with at least "t" (ns since the run began, never falling) and "event".
   * HOST-OWNED until it returns. An event it does not know is none of its business. Must not block. host->fail() ends
   * the judging with that message: for an event that makes no sense, not for a target that is wrong. */
  void (*observe)(void* self, thresher_text event);
  void (*finish)(void* self);  /* once, after the last event: findings, documents, late violations */
  void (*destroy)(void* self); /* once; may come without finish() */
} thresher_validator;

/* ---- since 1.1: outputs ---- */

/* Takes a run's figures somewhere. All functions on one thread that carries no load; they may block briefly, and a run
 * that goes on waits for them. Each returns 1, or 0 after host->fail(): the run goes on, the output is told nothing
 * more, and the process ends with an error. Texts are HOST-OWNED until the call returns, and JSON objects.
 * PLUGIN-OWNED, lives as long as the library. */
typedef struct thresher_output {
  uint32_t struct_size;
  uint32_t flags;
  thresher_text name;
  thresher_text summary;
  const thresher_option* options;
  size_t option_count;
  void* (*create)(const thresher_host* host,
                  const thresher_config* config);       /* NULL after host->fail(): nothing is sent */
  int32_t (*begin)(void* self, thresher_text run);      /* seed, plan, versions; once, before the load */
  int32_t (*second)(void* self, thresher_text figures); /* once a second while load goes on */
  int32_t (*event)(void* self, thresher_text event);    /* {"event","wall","text"}: phases, notes, script errors */
  int32_t (*finish)(void* self, thresher_text report);  /* once: the whole report, as --json has it */
  void (*destroy)(void* self);                          /* once, after finish or instead of it */
} thresher_output;

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
  /* since 1.1 */
  const thresher_generator* const* generators;
  size_t generator_count;
  const thresher_validator* const* validators;
  size_t validator_count;
  const thresher_output* const* outputs;
  size_t output_count;
} thresher_plugin;

/* The only exported symbol. Called when the library is loaded, by one thread, and again if a process loads it twice: it
 * then gives the same table. Must not block. Returns NULL after host->fail(). The library stays loaded until the
 * process exits. */
THRESHER_EXPORT const thresher_plugin* thresher_plugin_v1(const thresher_host* host);

#ifdef __cplusplus
}
#endif

#endif
