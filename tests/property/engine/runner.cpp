#include "tests/property/engine/runner.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <rapidcheck.h>

namespace sequent::property {
namespace {

using clock = std::chrono::steady_clock;

constexpr double most_shrinking_seconds = 20;

double since(clock::time_point start) { return std::chrono::duration<double>(clock::now() - start).count(); }

// What a crash is to tell. The handlers only read it.
struct {
  const claim* property = nullptr;
  const drawn_case* at_hand = nullptr;
  std::string traces;
} crash_note;

std::string write_file(const std::string& folder, const std::string& name, const std::string& content) {
  const std::string path = folder.empty() ? name : folder + "/" + name;
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.flush();
  if (!out) fmt::print(stderr, "{} cannot be written\n", path);
  return path;
}

extern "C" void on_crash(int number) {
  // Memory may be damaged by now, and what follows allocates: a second fault ends the process at once.
  std::signal(number, SIG_DFL);
  if (crash_note.property != nullptr && crash_note.at_hand != nullptr) {
    const std::string path = write_file(crash_note.traces, "property-" + crash_note.property->id + ".crash",
                                        format(crash_note.property->id, *crash_note.at_hand));
    fmt::print(stderr, "\nproperty {}: signal {} (a failed assertion, or memory misused) in the case {}\n",
               crash_note.property->id, number, path);
    fmt::print(stderr, "replay: property_tests --replay {}\n", path);
    std::fflush(nullptr);
  }
  std::raise(number);
}

// Small numbers, any numbers, and many zeros: in most places 0 is the ordinary answer.
rc::Gen<std::uint16_t> number() {
  const auto any = rc::gen::arbitrary<std::uint16_t>();
  return rc::gen::weightedOneOf<std::uint16_t>(
      {{2, rc::gen::just<std::uint16_t>(0)}, {3, rc::gen::resize(30, any)}, {4, rc::gen::resize(100, any)}});
}

rc::Gen<drawn_case> cases_of(const claim& shape) {
  const auto head = rc::gen::container<std::vector<std::uint16_t>>(shape.head, number());
  const auto one_step = rc::gen::container<step>(number());
  const auto steps =
      rc::gen::scale(static_cast<double>(shape.steps) / 100.0, rc::gen::container<std::vector<step>>(one_step));
  return rc::gen::map(rc::gen::pair(head, steps), [](std::pair<std::vector<std::uint16_t>, std::vector<step>> both) {
    return drawn_case{std::move(both.first), std::move(both.second)};
  });
}

// What a record says of a failure, and where the files lie that show it.
nlohmann::json counterexample(const claim& c, const outcome& result, const std::string& traces) {
  std::string path;
  std::string replay;
  if (result.found.trace.empty()) {
    path = write_file(traces, "property-" + c.id + ".case", format(c.id, result.smallest));
    replay = "property_tests --replay " + path;
  } else {
    path = write_file(traces, "property-" + c.id + ".choices", result.found.trace);
    replay = "sequent replay " + path;
  }
  fmt::print("{}{}\nreplay: {}\n", result.found.ladder, result.found.why, replay);
  const std::string& drawing = result.found.ladder;
  return {{"ladder", drawing.empty() ? result.found.why : drawing}, {"replay", replay}, {"file", path}};
}

// RapidCheck would otherwise tell its own story on the terminal.
class silent : public rc::detail::TestListener {
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
};

// Every word over the letters, the shortest first, so that the first that fails is the smallest.
outcome enumerate(const claim& shape, const case_check& check) {
  const auto start = clock::now();
  outcome result;
  drawn_case word;
  std::vector<std::size_t> at;
  crash_note.at_hand = &word;
  crash_note.property = &shape;
  while (result.found.why.empty() && !interrupt_seen) {
    // The next word of this length, as one counts.
    std::size_t last = at.size();
    while (last != 0 && at[last - 1] + 1 == shape.letters.size()) at[--last] = 0;
    if (last != 0) ++at[last - 1];
    if (last == 0) {
      if (at.size() == shape.steps) break;
      at.push_back(0);
    }
    word.steps.clear();
    for (const std::size_t letter : at) word.steps.push_back(shape.letters[letter]);
    result.found = check(word);
    if (result.found.why.empty()) ++result.cases;
  }
  crash_note.at_hand = nullptr;
  result.smallest = word;
  result.interrupted = interrupt_seen;
  result.held = result.found.why.empty() && !interrupt_seen;
  result.seconds = since(start);
  return result;
}

}  // namespace

outcome draw(const claim& shape, const case_check& check, const effort& how) {
  if (!shape.letters.empty()) return enumerate(shape, check);
  const auto start = clock::now();
  outcome result;
  std::optional<clock::time_point> failed_at;
  const rc::Gen<drawn_case> generator = cases_of(shape);
  const auto body = [&] {
    const drawn_case drawn = *generator;
    if (interrupt_seen || (failed_at && (!how.shrinks || since(*failed_at) > most_shrinking_seconds))) return;
    crash_note.at_hand = &drawn;
    crash_note.property = &shape;
    finding found = check(drawn);
    crash_note.at_hand = nullptr;
    if (found.why.empty()) {
      if (!failed_at) ++result.cases;
      return;
    }
    if (!failed_at) failed_at = clock::now();
    // Shrinking goes on from each smaller case that fails, so the last one that failed is the smallest.
    result.found = std::move(found);
    result.smallest = drawn;
    RC_FAIL(result.found.why);
  };
  rc::detail::TestParams params;
  params.seed = how.seed;
  params.maxSuccess = how.cases;
  silent listener;
  const auto told = rc::detail::checkTestable(body, rc::detail::TestMetadata{shape.id, shape.says}, params, listener,
                                              std::unordered_map<std::string, rc::detail::Reproduce>{});
  result.interrupted = interrupt_seen;
  result.held = told.template is<rc::detail::SuccessResult>() && !failed_at && result.cases == how.cases;
  if (!result.held && !failed_at && !result.interrupted) {
    std::ostringstream text;
    rc::detail::printResultMessage(told, text);
    result.found.why = "no case could be drawn: " + text.str();
  }
  result.seconds = since(start);
  return result;
}

nlohmann::json examine(const claim& c, const effort& how, part asked, const std::string& traces) {
  const auto start = clock::now();
  const bool drawn = c.letters.empty();
  nlohmann::json record = {{"id", "property-" + c.id},
                           {"says", c.says},
                           {"strength", drawn ? "sampled" : "exhaustive"},
                           {"engine", drawn ? "RapidCheck" : "enumeration"},
                           {"bounds", c.bounds},
                           {"verdict", "holds"}};
  int cases = 0;
  if (asked != part::controls) {
    const outcome result = draw(c, c.run, how);
    cases = result.cases;
    if (result.interrupted) {
      record["verdict"] = "unknown";
    } else if (!result.held) {
      record["verdict"] = "falls";
      record["counterexample"] = counterexample(c, result, traces);
    }
  }
  int killed = 0;
  const std::size_t controls = asked == part::property ? 0 : c.controls.size();
  for (std::size_t i = 0; i != controls; ++i) {
    const control& broken = c.controls[i];
    const outcome result = draw(c, broken.run, {how.cases, how.seed, false});
    if (!result.held && !result.found.why.empty()) {
      ++killed;
      if (asked == part::controls)
        fmt::print("refuted  {}: {}\n", broken.broken, result.found.why.substr(0, result.found.why.find('\n')));
    } else if (result.interrupted) {
      record["verdict"] = "unknown";
    } else {
      record["verdict"] = "falls";
      const std::string why = "the control survived: " + broken.broken;
      fmt::print("{}\n", why);
      if (!record.contains("counterexample")) record["counterexample"] = {{"ladder", why}, {"replay", ""}};
    }
  }
  const double seconds = since(start);
  record["seconds"] = seconds;
  record["figures"] = {{"cases", cases}, {"controls", controls}, {"controls_refuted", killed}};
  if (drawn) record["figures"]["seed"] = how.seed;
  fmt::print("{:<8} {:<26} {:>7} cases  controls {}/{}  {:.1f} s\n", record["verdict"].get<std::string>(), c.id, cases,
             killed, controls, seconds);
  std::fflush(stdout);
  return record;
}

void tell_crashes(const std::string& traces) {
  crash_note.traces = traces;
  for (const int number : {SIGILL, SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGTRAP}) std::signal(number, on_crash);
}

}  // namespace sequent::property
