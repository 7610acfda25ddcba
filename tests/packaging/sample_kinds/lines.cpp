#include <fstream>
#include <stdexcept>
#include <thresher/plugin.hpp>

class Lines : public thresher::Output {
 public:
  static thresher::OutputDescription describe() {
    return {.name = "lines",
            .summary = "the figures of each second as a line of a file",
            .options = {thresher::text_option("file", "run.ndjson", "where the lines go")}};
  }

  explicit Lines(const thresher::Options& options) : file_(options.text("file")) {
    if (!file_) throw std::runtime_error("cannot write to \"" + options.text("file") + '"');
  }

  void begin(std::string_view run) override { line(run); }
  void second(std::string_view figures) override { line(figures); }
  void event(std::string_view) override {}
  void finish(std::string_view) override { file_.close(); }

 private:
  void line(std::string_view text) {
    if (!(file_ << text << '\n')) throw std::runtime_error("the file takes no more");
  }

  std::ofstream file_;
};

THRESHER_PLUGIN("lines", "0.1.0", Lines)
