#include "gateway/sha256.h"
#include "gateway_client.h"

using namespace gateway_test;

namespace {

std::string with_webhook(const std::string& webhook) { return R"({"input":{"sequence":1},"webhook":)" + webhook + "}"; }

const std::string kWebhook = R"({"url":"https://example.test/hook","secret":"key","headers":{"X-Tenant":"t1"}})";

Json deliveries(Client& client, const std::string& id, Nanoseconds now) {
  return client.read(client.ask("GET", "/stand-in/webhooks/" + id, now), 200)["deliveries"];
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

}  // namespace

TEST_CASE("SHA-256 and its HMAC give what FIPS 180-4 and RFC 4231 say", "[targets][gateway]") {
  CHECK(hex(gateway::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(gateway::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(gateway::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(gateway::sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(gateway::hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(gateway::hmac_sha256_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("what a webhook would have been sent is kept, signed, from the end of the execution on",
          "[targets][gateway]") {
  const bool sync = GENERATE(true, false);
  Client client;
  const Json told = Json::parse(client.call(sync, 0s, with_webhook(kWebhook)).body);
  CHECK(told["webhook_registered"] == true);
  const std::string id = told["execution_id"];
  CHECK(client.record(id, 50ms)["webhook_registered"] == true);
  CHECK(deliveries(client, id, 99ms).empty());
  const Json sent = deliveries(client, id, 100ms);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["url"] == "https://example.test/hook");
  CHECK(sent[0]["at"] == "2023-11-14T22:13:20.100000Z");
  CHECK(sent[0]["headers"]["X-Tenant"] == "t1");
  const std::string body = sent[0]["body"];
  CHECK(sent[0]["headers"]["X-AgentField-Signature"] == "sha256=" + gateway::hmac_sha256_hex("key", body));
  const Json event = Json::parse(body);
  CHECK(event["event"] == "execution.completed");
  CHECK(event["execution_id"] == id);
  CHECK(event["status"] == "succeeded");
  CHECK(event["result"]["sequence"] == 1);
  CHECK(client.read(client.ask("GET", "/stand-in/webhooks", 1s), 200)["deliveries"].size() == 1);
}

TEST_CASE("a webhook that makes no sense is not registered, and the execution goes on", "[targets][gateway]") {
  Client client;
  const auto told = [&](const std::string& webhook) {
    const Json answer = client.read(client.call_async(0s, with_webhook(webhook)), 202);
    CHECK(answer["webhook_registered"] == false);
    return answer["webhook_error"].get<std::string>();
  };
  CHECK(told(R"("http://x")") == "webhook must be an object");
  CHECK(told("{}") == "webhook.url is required");
  CHECK(told(R"({"url":"ftp://x"})") == "webhook.url must begin with http:// or https://");
  CHECK(told(R"({"url":"http://x","secret":5})") == "webhook.secret must be a text");
  CHECK(told(R"({"url":"http://x","headers":{"A":1}})") == "webhook.headers.A must be a text");
  const TargetAnswer none = client.call_async(0s, client.input(1));
  CHECK_FALSE(client.read(none, 202).contains("webhook_error"));
}

TEST_CASE("webhooks are lost, doubled or signed wrongly as they are told", "[targets][gateway][faults]") {
  const auto sent = [](const std::string& options) {
    Client client(steady(options));
    return deliveries(client, client.submit(0s, with_webhook(kWebhook)), 1s);
  };
  CHECK(sent(R"("webhook_lost_rate":1)").empty());
  const Json twice = sent(R"("webhook_duplicate_rate":1)");
  REQUIRE(twice.size() == 2);
  CHECK(twice[0] == twice[1]);
  const Json forged = sent(R"("webhook_bad_signature_rate":1)");
  REQUIRE(forged.size() == 1);
  CHECK(forged[0]["headers"]["X-AgentField-Signature"] !=
        "sha256=" + gateway::hmac_sha256_hex("key", forged[0]["body"].get<std::string>()));
}
