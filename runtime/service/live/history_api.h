#pragma once

#include <string>

#include "service/live/page_documents.h"
#include "service/router.h"
#include "store/run_store.h"

namespace thresher::service {

/// The endpoints under /api/history. What it is given outlives it; without a store each of them answers 503. Calls the
/// store on the loop's thread: a local file answers in well under a millisecond.
class HistoryApi {
 public:
  HistoryApi(PageDocuments& documents, store::RunStore* store) : documents_(documents), store_(store) {}

  void add_to(Router& router);

 private:
  using Handler = void (HistoryApi::*)(Call& call);
  Endpoint& add(Router& router, std::string_view method, std::string_view path, std::string_view summary,
                Handler handle);
  void list(Call& call);
  void show(Call& call);
  void remove(Call& call);
  void download(Call& call);
  void compare(Call& call);
  void trend(Call& call);
  void set_baseline(Call& call, bool is_baseline);
  void mark(Call& call) { set_baseline(call, true); }
  void unmark(Call& call) { set_baseline(call, false); }

  PageDocuments& documents_;
  store::RunStore* store_;
};

}  // namespace thresher::service
