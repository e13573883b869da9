// Three steps, and why it takes three.
#include <fmt/format.h>

#include "tools/explain/narrator.hpp"
#include "tools/explain/topics.hpp"

namespace sequent::explain {

namespace {

chapter opened(const variation& varied, std::uint32_t client, std::uint32_t server) {
  scene_setting setting;
  setting.end[0].isn = client;
  setting.end[1].isn = server;
  scene run(setting, varied);
  run.listen(1);
  run.connect(0);
  run.run(10 * second);
  chapter made = run.told(fmt::format("First numbers {} and {}", run.facts(0).iss, run.facts(1).iss));
  narrate(made);
  return made;
}

chapter crossed(const variation& varied) {
  scene_setting setting;
  setting.end[0].isn = 100;
  setting.end[1].isn = 300;
  scene run(setting, varied);
  run.connect(0);
  run.after(10 * millisecond, [&] { run.connect(1); });
  run.run(10 * second);
  chapter made = run.told("Both at once");
  made.names = {"left end", "right end"};
  made.about =
      "Nobody has to listen: if both ends call at the same time, their SYNs cross, and one connection comes of it.";
  narrate(made);
  return made;
}

}  // namespace

story tell_handshake(const variation& varied) {
  story all;
  all.topic = "handshake";
  all.title = "Opening a connection";
  all.about =
      "Each end numbers its own octets, and picks the first number itself. Both numbers must be known to both ends "
      "before an octet "
      "can mean anything, and each end must know that its own was heard: four messages, of which the two in the middle "
      "travel as one.";
  const bool chosen = varied.isn.has_value();
  all.chapters.push_back(opened(varied, 100, 5'000));
  all.chapters.back().about = "The client begins at " + std::to_string(all.chapters.back().steps.back().after[0].iss) +
                              ", the server at " + std::to_string(all.chapters.back().steps.back().after[1].iss) +
                              ". A SYN says: this is my first number. An ACK names the number that is expected next, "
                              "one more than what has come.";
  if (!chosen) all.chapters.push_back(opened(varied, 1'000, 5'000));
  if (!chosen) {
    all.chapters.back().about =
        "The same with another first number: nothing else changes. What is agreed is where to begin to count.";
  }
  all.chapters.push_back(crossed(varied));
  all.chapters.back().lessons = {
      "Two numbers are agreed, since there are two streams: one each way.",
      "The first numbers are not zero: segments of an earlier connection between the same two ports may still be in "
      "the network, and "
      "whoever can guess the numbers can speak in a stranger's name. Real ones come of a clock and a keyed hash (RFC "
      "6528).",
      "A SYN and a FIN take one number each, so that they can be acknowledged and sent again like octets.",
  };
  return all;
}

}  // namespace sequent::explain
