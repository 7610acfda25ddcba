#include <string>
#include <thresher/plugin.hpp>

class Delivery : public thresher::Validator {
 public:
  static thresher::ValidatorDescription describe() {
    return {.name = "delivery",
            .summary = "whether whatever was accepted had a result",
            .options = {thresher::integer("late", 0, "how many may still be under way").between(0, 1000000)}};
  }

  Delivery(const thresher::Options& options, std::uint64_t, const thresher::Judge& judge)
      : judge_(judge), late_(static_cast<std::uint64_t>(options.integer("late"))) {}

  void observe(std::string_view event) override {
    if (event.find(R"("event":"accepted")") != std::string_view::npos) ++accepted_;
    if (event.find(R"("event":"result")") != std::string_view::npos) ++results_;
  }

  void finish() override {
    const std::uint64_t missing = accepted_ > results_ ? accepted_ - results_ : 0;
    const bool fine = missing <= late_;
    if (!fine)
      judge_.violation({.check = "delivery",
                        .subject = std::to_string(missing) + " items",
                        .witness = std::to_string(accepted_) + " were accepted, but only " + std::to_string(results_) +
                                   " had a result when the run ended"});
    judge_.finding({.check = "delivery",
                    .verdict = accepted_ == 0 ? thresher::Verdict::no_data
                               : fine         ? thresher::Verdict::pass
                                              : thresher::Verdict::fail,
                    .observations = accepted_,
                    .violations = fine ? 0U : 1U,
                    .summary = std::to_string(missing) + " of " + std::to_string(accepted_) + " without a result"});
  }

 private:
  const thresher::Judge& judge_;
  std::uint64_t late_, accepted_ = 0, results_ = 0;
};

THRESHER_PLUGIN("delivery", "0.1.0", Delivery)
