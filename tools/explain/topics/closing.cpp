// How connections end, and why one end waits afterwards.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

constexpr microseconds long_enough = 1'000 * second;

chapter half_closed(const variation& varied) {
  scene run(alike(), varied);
  run.open();
  run.once([&] { return run.facts(1).end_of_stream; },
           [&] {
             run.write(1, "answer 1  answer 2  ");
             run.after(20 * millisecond, [&] { run.shutdown(1); });
           });
  run.write(0, "question  ");
  run.shutdown(0);
  run.run(long_enough);
  chapter made = run.told("Four steps, with data still flowing");
  made.about =
      "The client asks and closes its direction; the server answers at leisure and closes the other. FIN, ACK, FIN, "
      "ACK: two streams "
      "end one by one.";
  narrate(made);
  made.lessons = {
      "A FIN means: I shall send no more. It does not mean: I shall not listen. So text flows towards FIN-WAIT-2 until "
      "the other FIN.",
      "FIN and ACK in the middle are two segments here because the server had something to say in between; if it has "
      "not, they travel "
      "as one, and the four steps are three.",
      "Only the end that closed first goes through TIME-WAIT.",
  };
  return made;
}

chapter crossed(const variation& varied) {
  scene run(alike(), varied);
  run.open();
  run.shutdown(0);
  run.after(10 * millisecond, [&] { run.shutdown(1); });
  run.run(long_enough);
  chapter made = run.told("Both close at once");
  made.names = {"left end", "right end"};
  made.about =
      "The FINs cross. Each end has sent one and gets one before its own is acknowledged: CLOSING, and then both wait.";
  narrate(made);
  return made;
}

chapter last_lost(const variation& varied) {
  scene run(alike(), varied);
  bool lost = false;
  run.path = [&](const passing& asked) {
    const bool last = !lost && asked.from == 0 && run.facts(0).state == "TIME-WAIT";
    lost = lost || last;
    return treatment{last ? fate::lost : fate::whole};
  };
  run.open();
  run.once_in(1, "CLOSE-WAIT", [&] { run.shutdown(1); });
  run.shutdown(0);
  run.run(long_enough);
  chapter made = run.told("The last acknowledgment is lost");
  made.about =
      "The server waits in LAST-ACK for an acknowledgment that is lost. It repeats its FIN, and somebody must be there "
      "to answer it.";
  narrate(made);
  return made;
}

chapter absorbed(const variation& varied) {
  scene run(alike(), varied);
  run.path = [](const passing& asked) {
    if (asked.from != 1 || asked.with_text != 1) return treatment{};
    return treatment{fate::repeated, 30 * second};
  };
  run.open();
  run.once_in(1, "CLOSE-WAIT", [&] { run.shutdown(1); });
  run.write(1, numbered(1));
  run.after(300 * millisecond, [&] { run.shutdown(0); });
  run.run(long_enough);
  chapter made = run.told("An old duplicate comes late");
  made.about =
      "The network keeps a copy of a segment for half a minute. The connection is over by then, but its numbers are "
      "not free yet.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::arrives || at.became != fate::repeated || at.was().state != "TIME-WAIT") return {};
    return fmt::format(
        "The copy of {} finds TIME-WAIT: answered with an ACK and dropped. Had the pair of ports been in use again, "
        "with "
        "numbers near these, it could have been taken for text of the new connection.",
        at.segment.seq);
  });
  made.lessons = {
      "Why 2 MSL: one lifetime for the last ACK to get through or perish, and one for a FIN that answers its loss. "
      "After both, nothing of "
      "the connection is in the network. The core's MSL is 2 minutes, as in the RFC; so the wait is 4.",
      "It is the end that closes first that waits. A server that does not want to collect such records lets its "
      "clients close first; "
      "the stack keeps them in small records, and may reuse one early where timestamps or numbers prove that it is "
      "safe (RFC 6191).",
  };
  return made;
}

}  // namespace

story tell_close(const variation& varied) {
  story all;
  all.topic = "close";
  all.title = "Closing a connection";
  all.about =
      "A connection is two streams, and each is closed by who writes it. What was written before is delivered first.";
  all.chapters = {half_closed(varied), crossed(varied)};
  return all;
}

story tell_time_wait(const variation& varied) {
  story all;
  all.topic = "time-wait";
  all.title = "Why TIME-WAIT waits";
  all.about =
      "Whoever sends the last ACK cannot know whether it arrived. And the network may hold old segments for some time. "
      "Both are reasons "
      "to remember a connection that is over.";
  all.chapters = {last_lost(varied), absorbed(varied)};
  return all;
}

}  // namespace sequent::explain
