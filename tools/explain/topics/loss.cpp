// What is lost is sent again: by a timer, by duplicate acknowledgments, by what SACK reports, by a probe.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

chapter by_timer(const variation& varied) {
  scene run(alike(), varied);
  run.path = losing({1});
  run.open();
  run.write(0, numbered(1));
  run.run(20 * second);
  chapter made = run.told("The timer");
  made.about = "One segment, and it is lost. Nothing follows it that could draw an answer, so only time can tell.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::arrives || at.end != 0 || at.was().doublings == 0) return {};
    return "+ Which of the two copies it answers nobody knows, so it measures no round trip (Karn).";
  });
  made.lessons = {
      fmt::format("The timeout is computed: a smoothed round trip (SRTT) and four times its mean deviation (RTTVAR), "
                  "RFC 6298. But it is "
                  "never less than a second, with a round trip of {} as with any: a timeout that comes too early sends "
                  "for nothing, and "
                  "halves the rate for it.",
                  in_time(run.one_way() * 2)),
  };
  return made;
}

chapter by_duplicates(const variation& varied) {
  scene run(alike(), varied);
  run.path = losing({1});
  run.open();
  run.write(0, numbered(4));
  run.run(20 * second);
  chapter made = run.told("One segment is lost, three tell of it");
  made.about = "Four segments go out; the first is lost. The three behind it arrive, and each draws the same ACK.";
  int duplicates = 0;
  narrate(made, [&](const step& at) -> std::string {
    const bool duplicate =
        at.kind == happening::arrives && at.end == 0 && at.segment.ack == at.was().snd_una && at.segment.text.empty();
    if (duplicate) ++duplicates;
    if (duplicate && duplicates == 3) {
      return fmt::format(
          "ACK={} for the third time: what follows {} keeps arriving, so {} is lost and not merely late.",
          at.segment.ack, at.segment.ack, at.segment.ack);
    }
    if (duplicate)
      return fmt::format("ACK={}, duplicate {}: {} is missing, or late.", at.segment.ack, duplicates, at.segment.ack);
    return {};
  });
  return made;
}

chapter two_lost(const variation& varied, bool sack) {
  end_setting end;
  end.sack = sack;
  scene run(alike(end), varied);
  run.path = losing({2, 4});
  run.open();
  run.write(0, numbered(8));
  run.run(20 * second);
  chapter made = run.told(sack ? "The same two with SACK" : "Two lost, and only cumulative ACKs");
  narrate(made);
  return made;
}

chapter tail(const variation& varied) {
  end_setting end;
  end.sack = true;
  scene run(alike(end), varied);
  run.path = losing({3});
  run.open();
  run.write(0, numbered(3));
  run.run(20 * second);
  chapter made = run.told("The last one is lost");
  made.about =
      "Nothing follows the third segment, so no duplicate ACK can tell. A short transfer is hardly more than its end; "
      "with SACK a probe goes out after two round trips, long before the timer (RFC 8985).";
  narrate(made);
  return made;
}

chapter silence(const variation& varied) {
  end_setting end;
  end.user_timeout = 40 * second;
  scene run(alike(end), varied);
  run.path = [](const passing& asked) { return treatment{asked.from == 0 ? fate::lost : fate::whole}; };
  run.open();
  run.write(0, numbered(1));
  run.run(200 * second);
  chapter made = run.told("Nothing comes back at all");
  made.about =
      "The path is broken. Each timeout is twice as long as the one before, so that a network in trouble is not made "
      "worse.";
  narrate(made);
  made.lessons = {
      "The doubling ends when a round trip is measured again. The wait is bounded twice: no timeout is longer than a "
      "minute, and the user "
      "has a patience (here 40 s, by default five minutes).",
  };
  return made;
}

}  // namespace

story tell_loss(const variation& varied) {
  story all;
  all.topic = "loss";
  all.title = "When a segment is lost";
  all.about =
      "The network may drop what it likes, and tells nobody. The sender keeps a copy and finds out by itself, sooner "
      "or later: here "
      "are the ways, from the slowest to the quickest.";
  all.chapters = {by_timer(varied),       by_duplicates(varied), two_lost(varied, false),
                  two_lost(varied, true), tail(varied),          silence(varied)};
  const microseconds timer = read_by(all.chapters[0], 1, 10), three = read_by(all.chapters[1], 1, 40);
  const microseconds without = read_by(all.chapters[2], 1, 80), with = read_by(all.chapters[3], 1, 80);
  all.chapters[1].lessons = {
      fmt::format("Everything had been read after {}; the timer alone took {} for one segment. The three segments "
                  "behind the gap are "
                  "the messengers.",
                  in_time(three), in_time(timer)),
      "Why three? One or two duplicates may be mere reordering. And the rate is halved all the same: the network was "
      "overloaded, or "
      "the loss would not have happened.",
  };
  all.chapters[2].about =
      "Segments 2 and 4 of eight are lost. A cumulative ACK names one gap at a time, so each round trip repairs one.";
  all.chapters[3].about = "The option SACK reports what arrived behind the gap, so the sender sees both gaps at once.";
  all.chapters[3].lessons = {
      fmt::format("All 80 octets had been read after {} with SACK, and after {} without.", in_time(with),
                  in_time(without)),
      "SACK does not replace the cumulative ACK: what it reports may still be thrown away by the receiver, so nothing "
      "leaves the send "
      "buffer because of it.",
  };
  return all;
}

}  // namespace sequent::explain
