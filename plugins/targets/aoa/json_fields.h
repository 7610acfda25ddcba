#pragma once

#include <simdjson.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace aoa {

namespace dom = simdjson::dom;

/// Where in a document something stands, as a chain on the stack; spelled out only when something is wrong there.
struct Place {
  const Place* parent = nullptr;
  std::string_view key = {};
  std::int64_t index = -1;

  Place at(std::string_view member) const { return {this, member, -1}; }
  Place at(std::size_t element) const { return {this, {}, static_cast<std::int64_t>(element)}; }
  std::string text() const;  ///< "workflows[0].tasks[3]"; empty for the document itself
};

/// The first thing found wrong in a document; later ones are passed over, so that reading may go on without asking.
class Problems {
 public:
  /// "workflows[0].tasks[3]: task_id is required"
  void say(const Place& place, std::string_view what);
  bool none() const { return first_.empty(); }
  const std::string& first() const { return first_; }

 private:
  std::string first_;
};

/// The members of one JSON object, read with their types checked. null counts as absent. A wrong type, or a number out
/// of its range, is a problem that names the member; what is returned then is the fallback.
class Fields {
 public:
  Fields(dom::object object, const Place& place, Problems& problems)
      : object_(object), place_(place), problems_(problems) {}

  const Place& place() const { return place_; }
  Problems& problems() const { return problems_; }
  const dom::object& raw() const { return object_; }

  /// The first member of these names that is there and not null.
  bool find(std::initializer_list<std::string_view> names, dom::element& value,
            std::string_view* found = nullptr) const;
  bool has(std::string_view name) const;

  /// A text that must be there, and not be empty.
  std::string required_text(std::string_view name) const;
  std::string text(std::string_view name, std::string_view fallback = {}) const;
  bool boolean(std::string_view name, bool fallback) const;
  /// A number in [low, high], by the first of these names that is there.
  double number(std::initializer_list<std::string_view> names, double fallback, double low, double high) const;
  std::vector<std::string> texts(std::string_view name) const;
  /// Calls visit(Fields) for the member; nothing when it is absent.
  template <class Visit>
  void object(std::string_view name, Visit&& visit) const;
  /// Calls visit(Fields) for each element of the member, each of which must be an object. False when it is absent.
  template <class Visit>
  bool each_object(std::string_view name, Visit&& visit) const;

 private:
  dom::object object_;
  const Place& place_;
  Problems& problems_;
};

template <class Visit>
void Fields::object(std::string_view name, Visit&& visit) const {
  dom::element value;
  if (!find({name}, value)) return;
  const Place place = place_.at(name);
  dom::object inner;
  if (value.get(inner) != simdjson::SUCCESS) return problems_.say(place_, std::string(name) + " must be an object");
  visit(Fields(inner, place, problems_));
}

template <class Visit>
bool Fields::each_object(std::string_view name, Visit&& visit) const {
  dom::element value;
  if (!find({name}, value)) return false;
  const Place place = place_.at(name);
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) {
    problems_.say(place_, std::string(name) + " must be an array");
    return true;
  }
  std::size_t index = 0;
  for (const dom::element element : array) {
    const Place here = place.at(index++);
    dom::object inner;
    if (element.get(inner) != simdjson::SUCCESS)
      problems_.say(here, "must be an object");
    else
      visit(Fields(inner, here, problems_));
    if (!problems_.none()) break;
  }
  return true;
}

}  // namespace aoa
