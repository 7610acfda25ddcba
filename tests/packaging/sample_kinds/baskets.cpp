#include <string>
#include <thresher/plugin.hpp>
#include <thresher/random.hpp>

class Baskets : public thresher::Generator {
 public:
  static thresher::GeneratorDescription describe() {
    return {.name = "baskets",
            .summary = "shopping baskets that know their price",
            .products = {{"basket",
                          "articles, and what they cost together",
                          {thresher::integer("articles", 3, "how many").between(1, 50),
                           thresher::integer("seed", 1, "which basket")}}}};
  }

  Baskets(const thresher::Options&, std::uint64_t seed) : seed_(seed) {}

  void generate(std::size_t, const thresher::Options& parameters, std::string& out) override {
    thresher::Random random(seed_, static_cast<std::uint64_t>(parameters.integer("seed")));
    std::uint64_t total = 0;
    out += R"({"cents":[)";
    for (std::int64_t i = 0; i < parameters.integer("articles"); ++i) {
      const std::uint64_t cents = 1 + random.below(5000);
      total += cents;
      out += (i == 0 ? "" : ",") + std::to_string(cents);
    }
    out += R"(],"__expected__":{"total":)" + std::to_string(total) + "}}";
  }

 private:
  std::uint64_t seed_;
};

THRESHER_PLUGIN("baskets", "0.1.0", Baskets)
