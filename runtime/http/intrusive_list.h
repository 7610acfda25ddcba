#pragma once

#include <cassert>
#include <cstddef>

namespace thresher::http {

/// Where an object hangs in one list. An object that may be in several lists at once has a hook (a base) for each, told
/// apart by `Tag`. Unhooks itself on destruction.
template <class Tag>
class ListHook {
 public:
  ListHook() = default;
  ~ListHook() { unhook(); }
  ListHook(const ListHook&) = delete;
  ListHook& operator=(const ListHook&) = delete;

  bool hooked() const { return next_ != nullptr; }
  void unhook() {
    if (next_ == nullptr) return;
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class T, class U>
  friend class IntrusiveList;
  ListHook* next_ = nullptr;
  ListHook* previous_ = nullptr;
};

/// A list through its members: no allocation to insert, O(1) to remove from the middle. Owns nothing.
template <class T, class Tag>
class IntrusiveList {
 public:
  using Hook = ListHook<Tag>;

  IntrusiveList() { root_.next_ = root_.previous_ = &root_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (!empty()) root_.next_->unhook();  // not front(): T may be incomplete where a list is a member
    root_.next_ = root_.previous_ = nullptr;
  }

  bool empty() const { return root_.next_ == &root_; }
  T& front() {
    assert(!empty());
    return static_cast<T&>(*root_.next_);
  }
  /// Counts: for tests and reports.
  std::size_t size() const {
    std::size_t count = 0;
    for (const Hook* hook = root_.next_; hook != &root_; hook = hook->next_) ++count;
    return count;
  }
  void push_front(T& item) { insert_after(root_, item); }
  void push_back(T& item) { insert_after(*root_.previous_, item); }
  T& pop_front() {
    T& item = front();
    item.Hook::unhook();
    return item;
  }

 private:
  static void insert_after(Hook& place, Hook& hook) {
    assert(!hook.hooked());
    hook.next_ = place.next_;
    hook.previous_ = &place;
    place.next_->previous_ = &hook;
    place.next_ = &hook;
  }

  Hook root_;
};

}  // namespace thresher::http
