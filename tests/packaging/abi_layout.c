#include "packaging/abi_layout.h"

#include "thresher/plugin.h"

const layout_row* layout_in_c(size_t* count) {
#define STRUCTURE(structure, size) {#structure, "", size, sizeof(structure)},
#define MEMBER(structure, member, offset) {#structure, #member, offset, offsetof(structure, member)},
  static const layout_row rows[] = {
#include "packaging/abi-1.0/member_list.inc"
#include "packaging/abi-1.1/member_list.inc"
#include "packaging/abi-1.2/member_list.inc"
  };
  *count = sizeof rows / sizeof rows[0];
  return rows;
}
