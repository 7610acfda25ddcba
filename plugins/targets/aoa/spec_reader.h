#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "conduct.h"
#include "spec.h"

namespace aoa {

/// Why a document was not taken, as an HTTP status and its `detail`: 400 when it is no JSON object, 422 when a member
/// is missing or wrong (named with its place: "workflows[0].tasks[3]: task_id is required"), 413 when there is too
/// much.
struct Refusal {
  int status = 422;
  std::string detail = {};
};

template <class T>
using Read = std::variant<T, Refusal>;

/// Reads what Farm pushes, in either spelling of the task keys. Texts are copied out. Not thread-safe.
class SpecReader {
 public:
  explicit SpecReader(const Conduct& conduct);
  ~SpecReader();
  SpecReader(const SpecReader&) = delete;
  SpecReader& operator=(const SpecReader&) = delete;

  Read<Fleet> fleet(std::string_view body);
  /// The fault seed is the document's `seed`; without one, `fallback_seed`.
  Read<Submission> scenario(std::string_view body, std::uint64_t fallback_seed);
  Read<Submission> workflow(std::string_view body, std::uint64_t fallback_seed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aoa
