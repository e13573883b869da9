// Checks the properties: on its own with a report of claims, or, when given an option of GoogleTest, as its tests.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <regex>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include "tests/property/engine/runner.hpp"
#include "tests/property/engine/stream_replay.hpp"

namespace {

using namespace sequent;
using property::claim;

// Exit statuses besides 0, every property holds.
constexpr int some_property_falls = 1;
constexpr int bad_usage = 2;
constexpr int was_interrupted = 130;

extern "C" void on_interrupt(int) { property::interrupt_seen = true; }

struct options {
  std::string only;
  std::string json;
  std::string traces;
  std::string replay;
  int cases = 0;
  std::uint64_t seed = 0;
  bool list = false;
  bool controls = false;
  bool brief = false;
};

std::vector<claim> chosen(const std::string& only) {
  std::vector<claim> some;
  const std::regex pattern(only);
  for (const claim& c : property::claims()) {
    if (std::regex_search(c.id, pattern)) some.push_back(c);
  }
  std::sort(some.begin(), some.end(), [](const claim& a, const claim& b) { return a.id < b.id; });
  return some;
}

void list(const std::vector<claim>& some) {
  for (const claim& c : some) {
    fmt::print("{}\n  {}\n  bounds: {}\n  cases: {}\n", c.id, c.says, c.bounds, c.cases);
    for (const property::control& broken : c.controls) fmt::print("  control: {}\n", broken.broken);
  }
}

int check(const std::vector<claim>& some, const options& given) {
  std::ofstream json;
  if (!given.json.empty()) {
    json.open(given.json);
    if (!json) {
      fmt::print(stderr, "{} cannot be written\n", given.json);
      return bad_usage;
    }
  }
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  property::tell_crashes(given.traces);
  fmt::print("seed {}\n", given.seed);
  auto records = nlohmann::json::array();
  bool all = true;
  for (const claim& c : some) {
    if (property::interrupt_seen) break;
    const property::effort how{given.cases != 0 ? given.cases : c.cases, given.seed, !given.brief};
    const auto asked = given.brief      ? property::part::property
                       : given.controls ? property::part::controls
                                        : property::part::both;
    records.push_back(property::examine(c, how, asked, given.traces));
    all = all && records.back()["verdict"] == "holds";
  }
  if (json.is_open() && !(json << records.dump(2) << '\n').flush()) {
    fmt::print(stderr, "{} cannot be written\n", given.json);
    return bad_usage;
  }
  if (property::interrupt_seen) return was_interrupted;
  return all ? 0 : some_property_falls;
}

// Runs one case that was written to a file earlier.
int replay(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    fmt::print(stderr, "{} cannot be read\n", file);
    return bad_usage;
  }
  const auto parsed = property::parse_case(text.str());
  if (!parsed) {
    const auto run = model::parse_trace(text.str());
    if (run.value && property::is_stream(run.value->scenario)) {
      const property::finding found = property::replay_stream(*run.value);
      fmt::print("{}{}\n", found.ladder, found.why.empty() ? "nothing wrong" : found.why);
      return found.why.empty() ? 0 : some_property_falls;
    }
    fmt::print(stderr, "{} is neither a case nor a run of a property\n", file);
    return bad_usage;
  }
  for (const claim& c : property::claims()) {
    if (c.id != parsed->id) continue;
    const property::finding found = c.run(parsed->value);
    fmt::print("{}{}\n", found.ladder, found.why.empty() ? "nothing wrong" : found.why);
    return found.why.empty() ? 0 : some_property_falls;
  }
  fmt::print(stderr, "{}: there is no property {}\n", file, parsed->id);
  return bad_usage;
}

// A property, or one of its controls, as a test of GoogleTest.
class drawing : public testing::Test {
 public:
  drawing(const claim& c, const property::control* broken) : claim_(&c), broken_(broken) {}
  void TestBody() override {
    property::tell_crashes({});
    // The same cases each time: new defects are for tools/verify to find, which draws afresh, not for a stranger's
    // change.
    const property::effort how{claim_->cases, 20'260'101, broken_ == nullptr};
    fmt::print("seed {}\n", how.seed);
    const property::outcome result = property::draw(*claim_, broken_ != nullptr ? broken_->run : claim_->run, how);
    if (broken_ != nullptr) {
      EXPECT_FALSE(result.found.why.empty()) << "the property holds although " << broken_->broken;
      return;
    }
    EXPECT_TRUE(result.held) << result.found.ladder << result.found.why << '\n'
                             << (result.found.trace.empty() ? format(claim_->id, result.smallest) : result.found.trace);
  }

 private:
  const claim* claim_;
  const property::control* broken_;
};

// A case or run that once failed, kept in a file.
class regression : public testing::Test {
 public:
  explicit regression(std::string file) : file_(std::move(file)) {}
  void TestBody() override { EXPECT_EQ(replay(file_), 0) << file_; }

 private:
  std::string file_;
};

// Those in the corpus, if the program runs at the root of the sources.
void add_regressions() {
  const std::filesystem::path folder = "corpus/regressions/property";
  if (!std::filesystem::is_directory(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::string name = entry.path().stem().string();
    for (char& letter : name) letter = letter == '-' ? '_' : letter;
    testing::RegisterTest("regression", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [file = entry.path().string()]() -> testing::Test* { return new regression(file); });
  }
}

int run_as_tests(int argc, char** argv) {
  const auto add = [](const claim& c, const property::control* broken, std::string name) {
    for (char& letter : name) letter = letter == '-' ? '_' : letter;
    testing::RegisterTest(broken != nullptr ? "control" : "holds", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [&c, broken]() -> testing::Test* { return new drawing(c, broken); });
  };
  for (const claim& c : property::claims()) {
    add(c, nullptr, c.id);
    for (std::size_t i = 0; i < c.controls.size(); ++i) {
      add(c, &c.controls[i], c.id + "-" + std::to_string(i + 1));
    }
  }
  add_regressions();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("--gtest_")) return run_as_tests(argc, argv);
  }
  CLI::App app{"Draws cases for properties of the production code, and shrinks what fails."};
  options given;
  given.seed = std::random_device{}();
  app.add_option("--only", given.only, "only properties whose id matches this regular expression");
  app.add_option("--cases", given.cases, "cases for each (default: each property's own number)")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--seed", given.seed, "draw the same cases again");
  app.add_option("--json", given.json, "write an array of claim records to this file");
  app.add_option("--traces", given.traces, "folder for counterexamples (default: here)")->check(CLI::ExistingDirectory);
  app.add_option("--replay", given.replay, "run one case from a file instead");
  app.add_flag("--list", given.list, "say what the properties are and check none");
  app.add_flag("--controls", given.controls, "only the negative controls: each broken variant must be refuted");
  app.add_flag("--brief", given.brief, "no controls, and no search for a smaller case once one has failed")
      ->excludes("--controls");
  app.footer("Exit status: 0 all hold, 1 one falls or a control survives, 2 bad usage, 130 interrupted.");
  try {
    app.parse(argc, argv);
    if (!given.replay.empty()) return replay(given.replay);
    const std::vector<claim> some = chosen(given.only);
    if (some.empty()) {
      fmt::print(stderr, "no property matches {}\n", given.only);
      return bad_usage;
    }
    if (!given.list) return check(some, given);
    list(some);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  } catch (const std::regex_error& error) {
    fmt::print(stderr, "--only: {}\n", error.what());
    return bad_usage;
  }
}
