// Segments that do not belong: old ones, forged ones, and those for which nobody is there.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

segment_facts old_syn(std::uint32_t seq) {
  segment_facts facts;
  facts.seq = seq;
  facts.syn = true;
  facts.window = 65'535;
  facts.mss = 10;
  return facts;
}

chapter old_syn_first(const variation& varied) {
  scene run(alike(), varied);
  run.path = [](const passing& asked) {
    return asked.from == 0 && asked.number == 1 ? treatment{fate::late, 120 * millisecond} : treatment{};
  };
  run.listen(1);
  run.connect(0);
  run.inject(1, 20 * millisecond, old_syn(run.facts(0).iss - 10), fate::old);
  run.run(30 * second);
  chapter made = run.told("An old SYN overtakes the new one");
  made.about =
      "The client opens at 100. A SYN of an earlier attempt, with 90, is still in the network and reaches the server "
      "first.";
  if (varied.isn)
    made.about =
        "A SYN of an earlier attempt, ten below the client's number, is still in the network and reaches the server "
        "first.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind == happening::arrives && at.became == fate::old)
      return "+ It cannot know that the SYN is old. That is what the third step is for.";
    return {};
  });
  return made;
}

chapter old_syn_alone(const variation& varied) {
  scene run(alike(), varied);
  run.listen(1);
  run.inject(1, 20 * millisecond, old_syn(90), fate::old);
  run.run(30 * second);
  chapter made = run.told("An old SYN, and nobody who wants a connection");
  made.about = "The client has no connection at all. Its own end says so.";
  narrate(made);
  made.lessons = {
      "With two steps the server would now have an open connection with nobody. The third step lets the one end that "
      "knows its own "
      "numbers confirm them: this is why a handshake has three.",
  };
  return made;
}

chapter old_text(const variation& varied) {
  scene run(alike(), varied);
  run.open();
  segment_facts facts;
  facts.seq = run.facts(0).snd_nxt - 40;
  facts.ack = run.facts(0).rcv_nxt;
  facts.has_ack = true;
  facts.window = 65'535;
  facts.text = "old text  ";
  run.inject(1, 20 * millisecond, facts, fate::old);
  run.run(10 * second);
  chapter made = run.told("Old text on an open connection");
  made.about = "A segment of an earlier connection between the same ports arrives. Its numbers lie behind the window.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::arrives || at.became != fate::old) return {};
    return fmt::format(
        "{} lies before {}: outside of the window. Dropped; the ACK tells whoever sent it where things stand. The user "
        "sees "
        "nothing of it.",
        at.segment.seq, at.was().rcv_nxt);
  });
  return made;
}

chapter old_clock(const variation& varied) {
  end_setting end;
  end.timestamps = true;
  end.mss = 22;  // less the twelve octets of the option
  scene run(alike(end), varied);
  run.open();
  run.write(0, numbered(1));
  run.run(200 * millisecond);
  const segment_facts first = run.steps().at(1).segment;
  segment_facts facts = first;
  facts.seq = run.facts(0).snd_nxt;
  facts.text = "old text  ";
  facts.psh = false;
  if (facts.timestamps) facts.timestamps->first -= 100'000;
  run.inject(1, 20 * millisecond, facts, fate::old);
  run.run(10 * second);
  chapter made = run.told("Numbers that fit again, and a clock that does not");
  made.about =
      "After 4 GiB the numbers come round, in a third of a second at 100 Gbit/s. Then an old segment may lie exactly "
      "where the next is "
      "expected. Timestamps tell them apart (PAWS, RFC 7323).";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::arrives || at.became != fate::old || !at.segment.timestamps) return {};
    return fmt::format(
        "{} is exactly what is expected, but its timestamp {} is older than the last one that was seen: not from this "
        "round. "
        "Dropped, and answered.",
        at.segment.seq, at.segment.timestamps->first);
  });
  return made;
}

chapter closed_port(const variation& varied) {
  scene run(alike(), varied);
  run.connect(0);
  run.run(10 * second);
  chapter made = run.told("A SYN to a closed port");
  made.about = "Nobody listens at the server.";
  narrate(made);
  return made;
}

chapter half_open(const variation& varied) {
  scene run(alike(), varied);
  run.open();
  run.restart(1, true);
  run.after(10 * millisecond, [&] { run.write(0, numbered(1)); });
  run.run(10 * second);
  chapter made = run.told("A half-open connection is found");
  made.about =
      "The server's host fails and starts again. It has forgotten the connection; the client believes in it still.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind == happening::call && at.what.starts_with("fails"))
      return "Nothing of this crosses the wire: the client cannot know.";
    if (at.fired("LISTEN-2")) {
      return fmt::format(
          "An acknowledgment of {}, from nobody that the server knows. RST, with exactly that number, so that it is "
          "believed.",
          at.segment.ack);
    }
    return {};
  });
  made.lessons = {
      "A connection costs nothing while nobody speaks, so a dead one is found only by speaking. Keep-alives exist for "
      "this."};
  return made;
}

chapter blind(const variation& varied) {
  scene run(alike(), varied);
  run.open();
  segment_facts forged;
  forged.rst = true;
  forged.seq = run.facts(1).rcv_nxt + 1'000;
  run.inject(1, 20 * millisecond, forged, fate::forged);
  forged.seq = run.facts(1).rcv_nxt + 100'000;
  run.inject(1, 200 * millisecond, forged, fate::forged);
  forged.seq = run.facts(1).rcv_nxt;
  run.inject(1, 400 * millisecond, forged, fate::forged);
  run.run(10 * second);
  chapter made = run.told("A reset by somebody who cannot see the connection");
  made.about =
      "An attacker who knows addresses and ports guesses numbers. RFC 793 believed any RST in the window, which one "
      "guess in some 65,000 hits here; "
      "RFC 5961 believes only one that is exact.";
  narrate(made);
  made.lessons = {
      "The three guesses: in the window (challenged), outside (dropped), exact (believed). Who sees the traffic needs "
      "no guess: against "
      "that TCP has no defence, and encryption below or above it has.",
      "Challenge ACKs are throttled for each connection by itself. One limit for the whole host would tell an attacker "
      "about other "
      "people's connections (CVE-2016-5696).",
  };
  return made;
}

}  // namespace

story tell_old_duplicate(const variation& varied) {
  story all;
  all.topic = "old-duplicate";
  all.title = "Echoes of earlier connections";
  all.about =
      "The network may deliver a segment long after anybody wants it. It must neither open a connection nor enter one.";
  all.chapters = {old_syn_first(varied), old_syn_alone(varied), old_text(varied), old_clock(varied)};
  return all;
}

story tell_reset(const variation& varied) {
  story all;
  all.topic = "reset";
  all.title = "RST: there is no such connection";
  all.about =
      "A RST ends a connection at once, without an answer and without delivering anything. It is for what cannot be "
      "explained; so whom to "
      "believe matters.";
  all.chapters = {closed_port(varied), half_open(varied), blind(varied)};
  return all;
}

}  // namespace sequent::explain
