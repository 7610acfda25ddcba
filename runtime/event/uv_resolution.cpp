#include <netdb.h>

#include <utility>

#include "event/uv_internal.h"

namespace thresher::event {
namespace {

/// A question to the system's resolver, which cannot be interrupted once it began. Owned by the Resolution, which may
/// be dropped at any time, and by the request in flight, which must live until its callback.
struct Question {
  uv_getaddrinfo_t request{};
  std::function<void(std::vector<Address>)> on_done;  ///< empty once the Resolution is gone
  std::shared_ptr<Question> in_flight;

  void answer(std::vector<Address> addresses) {
    const auto done = std::exchange(on_done, nullptr);
    if (done) done(std::move(addresses));
  }
};

class UvResolution final : public Resolution {
 public:
  explicit UvResolution(std::shared_ptr<Question> question) : question_(std::move(question)) {}
  ~UvResolution() override {
    question_->on_done = nullptr;
    if (question_->in_flight == nullptr) return;
    uv_cancel(reinterpret_cast<uv_req_t*>(&question_->request));  // helps only while it waits for a thread
  }

 private:
  std::shared_ptr<Question> question_;
};

std::vector<Address> read_all(const addrinfo* entry) {
  std::vector<Address> addresses;
  for (; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) {
      addresses.push_back(SocketAddress::read(entry->ai_addr));
    }
  }
  return addresses;
}

void on_resolved(uv_getaddrinfo_t* request, int status, addrinfo* found) {
  const auto question = std::move(static_cast<Question*>(request->data)->in_flight);
  auto addresses = status == 0 ? read_all(found) : std::vector<Address>{};
  uv_freeaddrinfo(found);
  static_cast<UvLoop*>(request->loop->data)->begin_callback();
  question->answer(std::move(addresses));
}

}  // namespace

std::unique_ptr<Resolution> make_resolution(UvLoop& loop, const std::string& host, std::uint16_t port,
                                            std::function<void(std::vector<Address>)> on_done) {
  auto question = std::make_shared<Question>();
  question->on_done = std::move(on_done);
  question->request.data = question.get();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // otherwise every address comes once per kind of socket
  const int status =
      uv_getaddrinfo(loop.raw(), &question->request, on_resolved, host.c_str(), std::to_string(port).c_str(), &hints);
  if (status == 0) {
    question->in_flight = question;
  } else {  // not a host name at all
    loop.post([question] { question->answer({}); });
  }
  return std::make_unique<UvResolution>(std::move(question));
}

}  // namespace thresher::event
