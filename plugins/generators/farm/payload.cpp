#include "payload.h"

#include <cassert>

#include "thresher/random.hpp"

namespace farm {
namespace {

constexpr std::array<std::string_view, 40> kWords = {
    "order",      "invoice", "customer", "please", "summarise", "the",     "report", "for",         "quarter", "and",
    "compare",    "it",      "with",     "last",   "year's",    "figures", "résumé", "naïve",       "Zürich",  "über",
    "façade",     "señor",   "été",      "Ωμέγα",  "данные",    "отчёт",   "数据",   "报告",        "東京",    "テスト",
    "안녕하세요", "שלום",    "مرحبا",    "नमस्ते",   "✓",         "→",       "😀",      "👩‍🔬", "€42.50",  "100%"};
constexpr std::array<std::string_view, 8> kNames = {"Zoë Nakamura", "Łukasz Nowak", "Anaïs Okafor", "José Álvarez",
                                                    "Mei 李",       "Søren Dahl",   "Ada Lovelace", "Noor العلي"};
constexpr std::array<std::string_view, 5> kTopics = {"order.created", "order.shipped", "agent.started",
                                                     "task.completed", "invoice.overdue"};

/// Words until `bytes` bytes are written, the last few of them full stops. `line_end` is a new line as the place they
/// go to spells it.
void append_words(std::size_t bytes, std::string_view line_end, thresher::Random& random, std::string& out) {
  const std::size_t end = out.size() + bytes;
  while (true) {
    const std::string_view word = kWords[random.below(kWords.size())];
    const std::string_view gap = random.chance(0.05) ? line_end : std::string_view(" ");
    if (out.size() + word.size() + gap.size() > end) break;
    out.append(word).append(gap);
  }
  out.append(end - out.size(), '.');
}

std::string hex_id(thresher::Random& random) {
  std::string id;
  std::uint64_t bits = random.next();
  for (int i = 0; i < 16; ++i, bits >>= 4) id.push_back("0123456789abcdef"[bits & 15]);
  return id;
}

/// Prefix, words, suffix: of exactly `bytes` bytes.
std::string framed(const std::string& prefix, std::string_view suffix, std::size_t bytes, thresher::Random& random) {
  assert(prefix.size() + suffix.size() <= bytes);
  std::string body = prefix;
  body.reserve(bytes);
  append_words(bytes - prefix.size() - suffix.size(), "\\n", random, body);
  return body.append(suffix);
}

std::string chat(std::size_t bytes, thresher::Random& random) {
  std::string prefix = R"({"model":"assistant-1","user":")";
  prefix.append(hex_id(random));
  prefix.append(R"(","messages":[{"role":"system","content":"You are a \"careful\" assistant."},)");
  prefix.append(R"({"role":"user","content":")");
  return framed(prefix, R"("}],"temperature":0.2,"max_tokens":512,"stream":false})", bytes, random);
}

std::string event(std::size_t bytes, thresher::Random& random) {
  std::string prefix = R"({"id":")";
  prefix.append(hex_id(random)).append(R"(","type":")").append(kTopics[random.below(kTopics.size())]);
  prefix.append(R"(","source":"farm","sequence":)").append(std::to_string(random.below(1000000)));
  prefix.append(R"(,"data":{"actor":")").append(kNames[random.below(kNames.size())]).append(R"(","note":")");
  return framed(prefix, R"("}})", bytes, random);
}

std::string records(std::size_t bytes, thresher::Random& random) {
  constexpr std::size_t kRoom = 200;  // more than a record and the words' frame take
  std::string body = R"({"records":[)";
  body.reserve(bytes);
  for (int number = 1; body.size() + kRoom < bytes; ++number) {
    if (number > 1) body.push_back(',');
    body.append(R"({"id":)").append(std::to_string(number)).append(R"(,"key":")").append(hex_id(random));
    body.append(R"(","name":")").append(kNames[random.below(kNames.size())]).append(R"(","amount":)");
    append_python_float(static_cast<double>(random.below(1000000)) / 100, body);
    body.append(R"(,"active":)").append(random.chance(0.5) ? "true" : "false").append("}");
  }
  return framed(body.append(R"(],"comment":")"), R"("})", bytes, random);
}

std::string text(std::size_t bytes, thresher::Random& random) {
  std::string body;
  body.reserve(bytes);
  append_words(bytes, "\n", random, body);
  return body;
}

}  // namespace

std::string make_payload(PayloadShape shape, std::size_t bytes, Seed seed) {
  assert(kSmallestPayload <= bytes && bytes <= kLargestPayload);
  thresher::Random random(seed.bits(), static_cast<std::uint64_t>(shape), bytes);
  switch (shape) {
    case PayloadShape::chat:
      return chat(bytes, random);
    case PayloadShape::event:
      return event(bytes, random);
    case PayloadShape::records:
      return records(bytes, random);
    case PayloadShape::text:
      break;
  }
  return text(bytes, random);
}

void write_payload(PayloadShape shape, std::size_t bytes, Seed seed, JsonWriter& json) {
  json.begin_object();
  json.member("shape", name_of(shape, kPayloadShapes));
  json.member("seed", seed);
  json.member("size_bytes", bytes);
  json.member("content_type",
              shape == PayloadShape::text ? std::string_view("text/plain; charset=utf-8") : "application/json");
  json.key("body");
  json.escaped(make_payload(shape, bytes, seed));
  json.end_object();
}

}  // namespace farm
