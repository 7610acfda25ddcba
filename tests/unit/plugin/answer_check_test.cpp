#include "plugin/answer_check.h"

#include <catch2/catch.hpp>

using thresher::plugin::answer_breach;

namespace {

thresher_answer sound() {
  thresher_answer answer{};
  answer.struct_size = sizeof answer;
  answer.status = 200;
  answer.headers = THRESHER_TEXT("Content-Type: text/plain\r\nX-Empty:\r\n");
  return answer;
}

std::string breach_of_headers(const char* headers) {
  thresher_answer answer = sound();
  answer.headers = thresher_text_of(headers);
  return answer_breach(&answer);
}

}  // namespace

TEST_CASE("a sound answer has no breach", "[plugin]") {
  const thresher_answer answer = sound();
  CHECK(answer_breach(&answer) == "");
}

TEST_CASE("an answer out of range is named by its value", "[plugin]") {
  thresher_answer answer = sound();
  answer.status = 600;
  CHECK(answer_breach(&answer) == "it answered with status 600");
  answer.status = 101;
  CHECK(answer_breach(&answer) == "it answered with status 101");
  answer = sound();
  answer.after_ns = -5;
  CHECK(answer_breach(&answer) == "it answered 5 ns before the request came");
  answer = sound();
  answer.kind = 12;
  CHECK(answer_breach(&answer) == "it answered with the unknown kind 12");
  answer = sound();
  answer.struct_size = 16;
  CHECK(answer_breach(&answer) == "it answered with a thresher_answer of 16 bytes; ABI 1.0 has 56");
}

TEST_CASE("status and headers do not matter where none are sent", "[plugin]") {
  thresher_answer answer = sound();
  answer.status = 0;
  answer.headers = THRESHER_TEXT("nonsense");
  for (const int kind : {THRESHER_ANSWER_NEVER, THRESHER_ANSWER_RESET, THRESHER_ANSWER_GARBAGE}) {
    answer.kind = kind;
    CHECK(answer_breach(&answer) == "");
  }
  answer.kind = THRESHER_ANSWER_TRUNCATE;
  CHECK(answer_breach(&answer) == "it answered with status 0");
}

TEST_CASE("an answer as ABI 1.0 laid it out is sound, but cannot stream", "[plugin]") {
  thresher_answer answer = sound();
  answer.struct_size = 56;
  CHECK(answer_breach(&answer) == "");
  answer.kind = THRESHER_ANSWER_STREAM;
  CHECK(answer_breach(&answer) == "it streams with a thresher_answer of 56 bytes; ABI 1.2 has 80");
}

TEST_CASE("a stream is held to its chunks, its end, its status and its headers", "[plugin]") {
  thresher_chunk chunks[] = {{sizeof(thresher_chunk), 0, 5, THRESHER_TEXT("a")},
                             {sizeof(thresher_chunk), 0, 0, THRESHER_TEXT("b")}};
  thresher_answer answer = sound();
  answer.kind = THRESHER_ANSWER_STREAM;
  CHECK(answer_breach(&answer) == "");  // of no chunks at all
  answer.chunk_count = 2;
  CHECK(answer_breach(&answer) == "its stream declares 2 chunks, but its table is NULL");
  answer.chunks = chunks;
  CHECK(answer_breach(&answer) == "");
  chunks[1].after_ns = -7;
  CHECK(answer_breach(&answer) == "a chunk of its stream comes 7 ns before the one before it");
  chunks[1].after_ns = 0;
  chunks[1].struct_size = 40;
  CHECK(answer_breach(&answer) == "its stream has chunks of different struct_size, from number 2 on");
  chunks[1].struct_size = sizeof(thresher_chunk);
  answer.stream_end = 3;
  CHECK(answer_breach(&answer) == "its stream has the unknown end 3");
  answer.stream_end = THRESHER_STREAM_HOLD;
  answer.headers = THRESHER_TEXT("Transfer-Encoding: chunked\r\n");
  CHECK(answer_breach(&answer) == "it sets the header Transfer-Encoding, which is the host's to set");
}

TEST_CASE("header lines that would break the head are refused", "[plugin]") {
  CHECK(breach_of_headers("A: b") == "its header line \"A: b\" is not \"Name: value\\r\\n\"");
  CHECK(breach_of_headers("A b\r\n") == "its header line \"A b\" is not \"Name: value\\r\\n\"");
  CHECK(breach_of_headers(": b\r\n") == "its header line \": b\" is not \"Name: value\\r\\n\"");
  CHECK(breach_of_headers("A B: c\r\n") == "its header line \"A B: c\" is not \"Name: value\\r\\n\"");
  CHECK(breach_of_headers("A: b\nC: d\r\n") == "its header line \"A: b\nC: d\" is not \"Name: value\\r\\n\"");
  CHECK(breach_of_headers("A: b\r\n\r\n") == "its header line \"\" is not \"Name: value\\r\\n\"");
}

TEST_CASE("the headers that frame the body are the host's", "[plugin]") {
  CHECK(breach_of_headers("Content-Length: 3\r\n") == "it sets the header Content-Length, which is the host's to set");
  CHECK(breach_of_headers("A: b\r\ntransfer-ENCODING: chunked\r\n") ==
        "it sets the header transfer-ENCODING, which is the host's to set");
}
