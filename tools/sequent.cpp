// The `sequent` command: explain, explore, replay, trace, and list what there is to explore.
#include <cstdio>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "model/check/scenarios.hpp"
#include "sequent/config.hpp"
#include "tools/sequent/explain.hpp"
#include "tools/sequent/explore.hpp"
#include "tools/sequent/replay.hpp"
#include "tools/sequent/trace.hpp"

namespace {

using namespace sequent;

int list_scenarios() {
  for (const model::scenario& each : model::scenarios()) fmt::print("{:<28} {}\n", each.name, each.what);
  return 0;
}

// What was said has to arrive: a result that is lost on a full disk is none.
int told(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  std::fputs("sequent: the output cannot be written\n", stderr);
  return 2;
}

void add_trace_options(CLI::App& command, tools::trace_options& trace) {
  command.add_option("--octets", trace.octets, "to be sent")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  command.add_option("--rate", trace.rate, "of the path, bit/s")
      ->check(CLI::Range(1'000, 2'000'000'000))
      ->capture_default_str();
  command.add_option("--delay", trace.delay, "one way, microseconds")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  command.add_option("--queue", trace.queue, "octets that may wait at the path's bottleneck")
      ->check(CLI::Range(1'500, 1'000'000'000))
      ->capture_default_str();
  command.add_option("--loss", trace.loss, "of a million packets, either way")->check(CLI::Range(0, 500'000));
  command.add_option("--lose", trace.losses, "the packets of the sender with these numbers, counted from 0")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--seed", trace.seed, "of random losses");
  command.add_flag("--reno", trace.reno, "NewReno instead of CUBIC");
  command.add_option("--json", trace.json, "file for the sender's events, as lines of JSON in the manner of qlog");
  command.add_option("--pcapng", trace.pcapng, "file for its packets, each with why it goes out as a comment");
}

void add_explain_options(CLI::App& command, tools::explain_options& explain) {
  command.add_option("topic", explain.topic, "what to explain; without it, the topics are listed");
  command.add_option("--seed", explain.seed, "of random losses")->capture_default_str();
  command.add_option("--loss", explain.loss, "percent of segments that the path loses besides")
      ->check(CLI::Range(0, 50));
  command.add_option("--rtt", explain.round_trip, "round trip, milliseconds")->check(CLI::Range(2, 60'000));
  command.add_option("--isn", explain.isn, "first sequence numbers of client and server: 100,5000")
      ->delimiter(',')
      ->expected(2);
  command.add_option("--run", explain.run, "this run of the topic alone, counted from 1");
  command.add_option("--html", explain.html, "write a page that stands alone to this file (- is the standard output)");
  command.add_option("--svg", explain.svg, "draw the ladder to this file");
  command.add_option("--json", explain.json, "write every step and how both ends stand to this file");
  command.add_flag("--wide", explain.wide, "pictures of 820 units instead of 400");
  command.add_option("--scheme", explain.scheme, "colours of pictures: auto, light or dark")
      ->check(CLI::IsMember({"auto", "light", "dark"}))
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Sequent: a TCP that can be checked."};
  app.set_version_flag("--version", fmt::format("sequent {}.{}.{}", SEQUENT_VERSION_MAJOR, SEQUENT_VERSION_MINOR,
                                                SEQUENT_VERSION_PATCH));
  app.require_subcommand(1);

  tools::explain_options explain;
  auto* explain_command =
      app.add_subcommand("explain", "explain TCP by running it: each step with its rule and a sentence");
  add_explain_options(*explain_command, explain);

  tools::explore_options explore;
  auto* explore_command =
      app.add_subcommand("explore", "explore every run of the scenarios, production code against specification");
  explore_command->add_option("--only", explore.only, "scenarios whose name this regular expression finds");
  explore_command->add_flag("--large", explore.large, "the .large variants too: minutes to hours each");
  explore_command->add_option("--minutes", explore.minutes, "with --large: time for all of them together")
      ->check(CLI::PositiveNumber);
  explore_command->add_option("--threads", explore.threads, "threads")->check(CLI::Range(1, 64));
  explore_command->add_option("--memory", explore.gibibytes, "most memory, GiB")->check(CLI::PositiveNumber);
  explore_command->add_option("--json", explore.json, "write the claims and the rules' counts to this file");
  explore_command->add_option("--traces", explore.traces, "folder for counterexamples")->check(CLI::ExistingDirectory);

  tools::replay_options replay;
  auto* replay_command = app.add_subcommand("replay", "run a list of choices and draw it as a ladder");
  replay_command->add_option("file", replay.file, "the list, as any engine writes it")->required();

  tools::trace_options trace;
  auto* trace_command =
      app.add_subcommand("trace", "send octets over a path that loses some, and write down what happens and why");
  add_trace_options(*trace_command, trace);

  auto* scenarios_command = app.add_subcommand("scenarios", "list the scenarios");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  try {
    if (*explain_command) return told(tools::explain(explain));
    if (*explore_command) return told(tools::explore(explore));
    if (*replay_command) return told(tools::replay(replay));
    if (*trace_command) return told(tools::trace(trace));
    if (*scenarios_command) return told(list_scenarios());
  } catch (const std::system_error&) {  // of fmt, which could not write
    return told(2);
  }
  return 2;
}
