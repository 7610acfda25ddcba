#include "timestamp.h"

#include <chrono>

namespace farm {
namespace {

void put(char* at, unsigned value, unsigned digits) {
  for (char* place = at + digits; place != at; value /= 10) *--place = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string timestamp(std::int64_t unix_s) {
  namespace chrono = std::chrono;
  const chrono::sys_seconds moment{chrono::seconds(unix_s)};
  const auto midnight = chrono::floor<chrono::days>(moment);
  const chrono::year_month_day date(midnight);
  const auto second = static_cast<unsigned>((moment - midnight).count());
  std::string text = "0000-00-00T00:00:00";
  put(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put(&text[5], static_cast<unsigned>(date.month()), 2);
  put(&text[8], static_cast<unsigned>(date.day()), 2);
  put(&text[11], second / 3600, 2);
  put(&text[14], second / 60 % 60, 2);
  put(&text[17], second % 60, 2);
  return text;
}

}  // namespace farm
