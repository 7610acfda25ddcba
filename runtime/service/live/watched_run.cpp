#include "service/live/watched_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "service/live/event_reader.h"

namespace thresher::service {
namespace {

/// How far apart the points of a run are that was thinned before we came.
std::size_t stride_of(const Json& points) {
  if (points.size() < 2) return 1;
  const auto at = [&](std::size_t back) { return points[points.size() - back].value("elapsed_s", 0.0); };
  return static_cast<std::size_t>(std::max(1.0, std::round(at(1) - at(2))));
}

std::string joined(const auto& texts) {
  std::string all = "[";
  for (const std::string& text : texts) all.append(all.size() > 1 ? "," : "").append(text);
  return all + "]";
}

}  // namespace

WatchedRun::WatchedRun(event::Loop& loop, std::string id, const std::filesystem::path& socket, Obituary obituary)
    : loop_(loop), id_(std::move(id)), obituary_(std::move(obituary)), quiet_since_(loop.now()) {
  client_ = control::Client::connect(loop, socket, *this);
  client_->ask({.kind = control::Order::Kind::watch}, [](const Result<std::string>&) {});
}

WatchedRun::WatchedRun(event::Loop& loop, std::string id, const Json& end)
    : loop_(loop), id_(std::move(id)), end_(json_text(end)), quiet_since_(loop.now()) {}

WatchedRun::~WatchedRun() = default;

void WatchedRun::add_reader(std::unique_ptr<http::Responder> responder) {
  EventReader& reader = *readers_.emplace_back(std::make_unique<EventReader>(loop_, std::move(responder)));
  if (!begun() && !ended()) return;
  if (begun()) reader.other(std::make_shared<const std::string>(event_frame(events_, "begin", begin_text())));
  if (ended()) reader.last(std::make_shared<const std::string>(event_frame(events_ + 1, "end", end_)));
}

void WatchedRun::add_log(WallTime at, std::string_view kind, std::string_view text) {
  if (ended()) return;
  std::string line = json_text({{"at", format_wall_time(at, true)}, {"kind", kind}, {"text", text}});
  if (begun()) send("log", line);
  keep_log(std::move(line));
}

void WatchedRun::finish_readers() {
  for (const auto& reader : readers_) reader->finish();
}

void WatchedRun::ask(const control::Order& order, std::function<void(Result<std::string>)> done) {
  if (client_ == nullptr) return done(fail(ErrorCode::not_found, "the run has ended"));
  client_->ask(order, std::move(done));
}

void WatchedRun::tidy() {
  const bool was_read = !readers_.empty();
  std::erase_if(readers_, [](const auto& reader) { return reader->gone(); });
  if (was_read && readers_.empty()) quiet_since_ = loop_.now();
  for (const auto& reader : readers_) reader->tick();
}

void WatchedRun::on_event(std::string_view event, std::string_view data) {
  if (event == "end") return conclude(std::string(data));
  if (event == "log") {
    send("log", data);
    return keep_log(std::string(data));
  }
  const Json document = Json::parse(data, nullptr, false);
  if (!document.is_object()) return;
  if (event == "begin") {
    take_begin(document);
    send("begin", begin_text());
  } else if (event == "second") {
    second_ = data;
    if (const auto point = document.find("point"); point != document.end() && ++seconds_since_point_ >= stride_)
      add_point(json_text(*point));
    send("second", data);
  }
}

void WatchedRun::take_begin(const Json& data) {
  description_ = json_text(data.value("run", Json::object()));
  const Json points = data.value("points", Json::array());
  points_.clear();
  for (const Json& point : points) points_.push_back(json_text(point));
  stride_ = stride_of(points);
  const auto second = data.find("second");
  if (second != data.end() && second->is_object()) second_ = json_text(*second);
  std::deque<std::string> ours = std::exchange(log_, {});  // what the process printed before it could be asked
  for (const Json& line : data.value("log", Json::array())) keep_log(json_text(line));
  for (std::string& line : ours) keep_log(std::move(line));
}

void WatchedRun::add_point(std::string point) {
  seconds_since_point_ = 0;
  points_.push_back(std::move(point));
  if (points_.size() <= kPoints) return;
  std::size_t kept = 1;  // the first stays where it is
  for (std::size_t i = 2; i < points_.size(); i += 2) points_[kept++] = std::move(points_[i]);
  points_.resize(kept);
  stride_ *= 2;
}

void WatchedRun::keep_log(std::string line) {
  log_.push_back(std::move(line));
  if (log_.size() > kLogLines) log_.pop_front();
}

void WatchedRun::on_closed() {
  if (!ended()) {
    lost_ = true;
    conclude(json_text(obituary_(id_)));
  }
  client_.reset();
}

void WatchedRun::conclude(std::string data) {
  if (ended()) return;
  end_ = std::move(data);
  const auto frame = std::make_shared<const std::string>(event_frame(++events_, "end", end_));
  for (const auto& reader : readers_) reader->last(frame);
}

std::string WatchedRun::begin_text() const {
  return "{\"run\":" + description_ + ",\"points\":" + joined(points_) +
         ",\"second\":" + (second_.empty() ? "null" : second_) + ",\"log\":" + joined(log_) + "}";
}

void WatchedRun::send(std::string_view event, std::string_view data) {
  ++events_;
  if (readers_.empty()) return;
  const auto frame = std::make_shared<const std::string>(event_frame(events_, event, data));
  for (const auto& reader : readers_) event == "second" ? reader->second(frame) : reader->other(frame);
}

}  // namespace thresher::service
