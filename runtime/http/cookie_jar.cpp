#include "http/cookie_jar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "event/address.h"
#include "http/headers.h"

namespace thresher::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_address(std::string_view host) { return event::Address::parse(host, 0).has_value(); }

/// RFC 6265, 5.1.3.
bool domain_matches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.substr(host.size() - domain.size()) == domain &&
         host[host.size() - domain.size() - 1] == '.' && !is_address(host);
}

std::string_view path_of(const Url& url) { return std::string_view(url.target).substr(0, url.target.find('?')); }

/// RFC 6265, 5.1.4: the folder of the request's path.
std::string default_path(const Url& url) {
  const std::string_view path = path_of(url);
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

bool path_matches(std::string_view request, std::string_view cookie) {
  if (request.substr(0, cookie.size()) != cookie) return false;
  return request.size() == cookie.size() || cookie.back() == '/' || request[cookie.size()] == '/';
}

/// The number at the front of a date token, when it has `least` to `most` digits and then a non-digit or the end.
std::optional<int> leading_number(std::string_view token, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  while (digits < token.size() && is_digit(token[digits])) ++digits;
  if (digits < least || digits > most) return {};
  int value = 0;
  std::from_chars(token.data(), token.data() + digits, value);
  return value;
}

struct TimeOfDay {
  int hour, minute, second;
};

std::optional<TimeOfDay> parse_time_of_day(std::string_view token) {
  const std::size_t first = token.find(':');
  const std::size_t second = first == std::string_view::npos ? first : token.find(':', first + 1);
  if (second == std::string_view::npos) return {};
  const auto hour = leading_number(token.substr(0, first), 1, 2);
  const auto minute = leading_number(token.substr(first + 1, second - first - 1), 1, 2);
  const auto seconds = leading_number(token.substr(second + 1), 1, 2);
  if (!hour || !minute || !seconds) return {};
  return TimeOfDay{*hour, *minute, *seconds};
}

std::optional<unsigned> parse_month(std::string_view token) {
  constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::string start = lower_case(token.substr(0, 3));
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (start == kMonths[i]) return static_cast<unsigned>(i + 1);
  }
  return {};
}

bool is_date_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
         (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
}

/// RFC 6265, 5.1.1: any spelling of a date that has a time, a day, a month and a year in it.
std::optional<WallTime> parse_cookie_date(std::string_view text) {
  std::optional<TimeOfDay> time;
  std::optional<int> day;
  std::optional<int> year;
  std::optional<unsigned> month;
  for (std::size_t at = 0; at < text.size();) {
    if (is_date_delimiter(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !is_date_delimiter(text[end])) ++end;
    const std::string_view token = text.substr(at, end - at);
    at = end;
    if (!time && (time = parse_time_of_day(token))) continue;
    if (!day && (day = leading_number(token, 1, 2))) continue;
    if (!month && (month = parse_month(token))) continue;
    if (!year) year = leading_number(token, 2, 4);
  }
  if (!time || !day || !month || !year) return {};
  if (*year >= 70 && *year <= 99) *year += 1900;
  if (*year >= 0 && *year <= 69) *year += 2000;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1601 || time->hour > 23 || time->minute > 59 || time->second > 59) return {};
  // A WallTime's 64 bits of nanoseconds end in 2262 and begin in 1677: a far date means "never" or "long ago".
  if (*year >= 2262) return WallTime::max();
  if (*year <= 1678) return WallTime::min();
  return std::chrono::sys_days{date} + std::chrono::hours{time->hour} + std::chrono::minutes{time->minute} +
         std::chrono::seconds{time->second};
}

/// RFC 6265, 5.2.2: a number of seconds from now; not positive means at once.
std::optional<WallTime> parse_max_age(std::string_view text, WallTime now) {
  if (text.empty() || !(is_digit(text.front()) || text.front() == '-')) return {};
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end != text.data() + text.size()) return {};
  if (problem == std::errc::result_out_of_range) return text.front() == '-' ? WallTime::min() : WallTime::max();
  if (problem != std::errc{}) return {};
  if (seconds <= 0) return WallTime::min();
  const auto room = std::chrono::duration_cast<std::chrono::seconds>(WallTime::max() - now);
  return seconds >= room.count() ? WallTime::max() : now + std::chrono::seconds{seconds};
}

}  // namespace

void CookieJar::store(const Url& url, std::string_view set_cookie, WallTime now) {
  const std::size_t pair_end = std::min(set_cookie.find(';'), set_cookie.size());
  const std::string_view pair = set_cookie.substr(0, pair_end);
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return;
  Cookie cookie;
  cookie.name = trim(pair.substr(0, equals));
  cookie.value = trim(pair.substr(equals + 1));
  if (cookie.name.empty() || cookie.name.size() + cookie.value.size() > kMaxCookieSize) return;
  cookie.domain = url.origin.host;
  cookie.path = default_path(url);

  std::optional<WallTime> expires;
  std::optional<WallTime> max_age;
  std::string_view rest = set_cookie.substr(pair_end);
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the ';'
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view attribute = rest.substr(0, end);
    rest.remove_prefix(end);
    const std::size_t sign = std::min(attribute.find('='), attribute.size());
    const std::string_view name = trim(attribute.substr(0, sign));
    const std::string_view value = sign == attribute.size() ? std::string_view{} : trim(attribute.substr(sign + 1));
    if (equals_ignoring_case(name, "secure")) {
      cookie.secure = true;
    } else if (equals_ignoring_case(name, "path")) {
      cookie.path = !value.empty() && value.front() == '/' ? std::string(value) : default_path(url);
    } else if (equals_ignoring_case(name, "max-age")) {
      if (auto parsed = parse_max_age(value, now)) max_age = parsed;
    } else if (equals_ignoring_case(name, "expires")) {
      if (auto parsed = parse_cookie_date(value)) expires = parsed;
    } else if (equals_ignoring_case(name, "domain") && !value.empty()) {
      std::string domain = lower_case(value.front() == '.' ? value.substr(1) : value);
      if (!domain_matches(url.origin.host, domain)) return;
      const bool top_level = domain.find('.') == std::string::npos;
      if (top_level && domain != url.origin.host) return;
      cookie.host_only = top_level || is_address(domain);
      cookie.domain = std::move(domain);
    }
  }
  cookie.expires = max_age ? *max_age : expires.value_or(WallTime::max());
  put(std::move(cookie), now);
}

void CookieJar::set(const Url& url, std::string_view name, std::string_view value) {
  put({.name = std::string(name), .value = std::string(value), .domain = url.origin.host, .path = "/"},
      WallTime::min());
}

void CookieJar::put(Cookie cookie, WallTime now) {
  const bool expired = cookie.expires <= now;
  const auto same = std::find_if(cookies_.begin(), cookies_.end(), [&](const Cookie& other) {
    return other.name == cookie.name && other.domain == cookie.domain && other.path == cookie.path &&
           other.host_only == cookie.host_only;
  });
  if (same != cookies_.end()) {
    if (expired) {
      cookies_.erase(same);
    } else {
      *same = std::move(cookie);
    }
    return;
  }
  if (expired) return;
  std::erase_if(cookies_, [now](const Cookie& other) { return other.expires <= now; });
  if (cookies_.size() >= kMaxCookies) cookies_.erase(cookies_.begin());
  cookies_.push_back(std::move(cookie));
}

std::string CookieJar::header_for(const Url& url, WallTime now) const {
  if (cookies_.empty()) return {};
  const std::string_view path = path_of(url);
  std::vector<const Cookie*> chosen;
  for (const Cookie& cookie : cookies_) {
    const bool host =
        cookie.host_only ? cookie.domain == url.origin.host : domain_matches(url.origin.host, cookie.domain);
    if (host && cookie.expires > now && (!cookie.secure || url.origin.secure) && path_matches(path, cookie.path)) {
      chosen.push_back(&cookie);
    }
  }
  // RFC 6265, 5.4: longer paths first, then the older cookie.
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Cookie* a, const Cookie* b) { return a->path.size() > b->path.size(); });
  std::string out;
  for (const Cookie* cookie : chosen) {
    if (!out.empty()) out += "; ";
    out.append(cookie->name).append("=").append(cookie->value);
  }
  return out;
}

}  // namespace thresher::http
