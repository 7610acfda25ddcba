#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row of a member_list.inc, as listed and as a compiler lays it out. member is empty for a whole structure.
 */
typedef struct layout_row {
  const char* structure;
  const char* member;
  size_t listed;
  size_t found;
} layout_row;

/* The rows as the C compiler sees today's plugin.h; their number goes to *count. */
const layout_row* layout_in_c(size_t* count);

#ifdef __cplusplus
}
#endif
