#pragma once

#include <memory>
#include <stdexcept>
#include <string_view>

#include "history/event.h"

namespace history {

/// An event that makes no sense: no JSON object, no `t`, a `t` that falls, a member of the wrong shape, a graph with a
/// cycle. The text says which.
class BadEvent : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Turns the lines of a history into events, each in one pass over its JSON (simdjson's on-demand parser). Reuses its
/// memory, so that steady histories are read without allocation. Throws BadEvent.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The event lives until the next call.
  const Event& read(std::string_view line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace history
