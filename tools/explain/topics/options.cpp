// What some connections have besides: keep-alives, urgent data, Fast Open, marks instead of losses, paths that narrow.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

chapter kept_alive(const variation& varied, bool alive) {
  end_setting end;
  scene_setting setting = alike(end);
  setting.end[0].keep_alive_idle = 30 * second;
  setting.end[0].keep_alive_interval = 10 * second;
  setting.end[0].keep_alive_probes = 3;
  scene run(setting, varied);
  if (!alive) run.path = [](const passing&) { return treatment{fate::lost}; };
  run.open();
  run.run(alive ? 65 * second : 120 * second);
  chapter made = run.told(alive ? "The peer is there" : "The peer is gone");
  made.about = alive ? "Nobody says anything. After 30 s the client asks whether the server is still there (by default "
                       "after two hours, and "
                       "only if the user wants it at all)."
                     : "The same, but the cable is cut. Three probes, ten seconds apart, go unanswered.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind == happening::arrives && at.end == 1 && at.segment.text.empty() && at.fired("SEQ-7")) {
      return fmt::format(
          "{} is one less than what is expected, {}: it lies outside of the window, so it must be answered with an "
          "ACK. That "
          "is the whole trick.",
          at.segment.seq, at.was().rcv_nxt);
    }
    if (at.kind == happening::arrives && at.end == 0)
      return "The server is there. Nothing changes, and the next question comes after 30 s of silence.";
    if (at.kind == happening::timer && at.is().state == "CLOSED") {
      return "As many probes as were agreed have gone unanswered: the peer is taken for dead, and the user is told. An "
             "answer to a single "
             "one would have been enough.";
    }
    return {};
  });
  return made;
}

chapter urgent(const variation& varied) {
  scene_setting setting = alike();
  setting.reads[1] = false;
  scene run(setting, varied);
  run.open();
  run.write(0, "lots of te");
  run.write(0, "xt STOP", true);
  run.write(0, " and more ");
  run.after(200 * millisecond, [&] { run.read(1, 10); });
  run.after(210 * millisecond, [&] { run.read(1, 7); });
  run.after(220 * millisecond, [&] { run.read(1); });
  run.run(10 * second);
  chapter made = run.told("A mark in the stream");
  made.about =
      "The client writes, then writes something urgent, then goes on. The server's user reads only after a while.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind == happening::arrives && at.fired("URG-2")) {
      return fmt::format(
          "+ URG: the urgent text ends before {}. The user is told at once that {} ahead of it are urgent; what they "
          "say it "
          "learns by reading up to there.",
          at.segment.seq + at.segment.urgent, in_octets(at.is().urgent_ahead));
    }
    if (at.kind == happening::call && at.what.starts_with("read")) {
      if (at.was().urgent_ahead == 0) return {};
      return at.is().urgent_ahead == 0 ? "Nothing urgent is ahead any more."
                                       : fmt::format("{} ahead are urgent still.", in_octets(at.is().urgent_ahead));
    }
    return {};
  });
  made.lessons = {
      "Urgent data is in the stream, not beside it: nothing overtakes. Out-of-band data is no part of "
      "TCP.",
      "Where the pointer points was said in two ways by RFC 793. Systems have it point behind the last urgent octet, "
      "and RFC 9293 does "
      "so too. But many take the last urgent octet out of the stream, so new protocols should not use it (RFC 6093).",
  };
  return made;
}

std::string about_cookies(const step& at) {
  if (at.kind == happening::call && at.what.starts_with("connect")) {
    return "The question is queued before the SYN goes out, so that it may travel in it, if there is a cookie.";
  }
  if (at.kind != happening::arrives || !at.segment.cookie) return {};
  if (at.segment.syn && !at.segment.has_ack && *at.segment.cookie == 0) {
    return "+ The SYN asks for a Fast Open cookie. Text that came with it would not be taken: anybody can write any "
           "address on a SYN.";
  }
  if (at.segment.has_ack) {
    return fmt::format(
        "+ The SYN,ACK brings a cookie of {}, made of the client's address and a secret. Whoever shows it later has "
        "received "
        "it there.",
        in_octets(*at.segment.cookie));
  }
  return fmt::format(
      "The cookie is good, so the text of the SYN is taken before the handshake is over: next is {}. The server "
      "chooses {} and "
      "may already answer.",
      at.is().rcv_nxt, at.is().iss);
}

chapter fast(const variation& varied, bool asks, bool knows) {
  end_setting end;
  end.mss = 100;
  scene_setting setting = alike(end);
  setting.end[1].serves_fast_open = asks || knows;
  setting.end[0].asks_for_cookie = asks;
  setting.end[0].opens_fast = knows;
  scene run(setting, varied);
  run.once([&] { return run.facts(1).read.size() >= 8; }, [&] { run.write(1, "answer"); });
  run.listen(1);
  run.connect(0, "question");
  run.run(10 * second);
  chapter made = run.told(knows ? "The second connection, with the cookie" : "The first connection asks for a cookie");
  narrate(made, about_cookies);
  return made;
}

chapter narrow(const variation& varied, bool told) {
  end_setting end;
  end.mss = 1'460;
  end.sack = true;
  scene run(alike(end), varied);
  run.path = [told](const passing& asked) {
    const bool big = asked.from == 0 && asked.segment->octets + 20 > 1'400;
    return big ? treatment{fate::too_big, 0, 0, false, told ? 1'400u : 0u} : treatment{};
  };
  run.open();
  run.write(0, std::string(2'920, 'x'));
  run.run(100 * second);
  chapter made = run.told(told ? "A router says what fits" : "Nobody says anything: a black hole");
  made.about =
      told ? "Segments carry 1460 octets, packets of 1500. One link on the way takes 1400, and its router says so."
           : "The same link, but the message is filtered away, as happens often. Small segments get through, large "
             "ones never.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind == happening::reports) {
      if (!at.error.empty())
        return "Not believed: " + at.error + ". Whoever cannot see the connection does not know which segments are.";
      if (at.is().segment == at.was().segment) return "The same of the other segment: what fits is known by now.";
      return fmt::format(
          "The report is about {}, which is outstanding, so it is believed: from now on segments carry {} instead of "
          "{}. What was in flight is cut anew and sent again, and so as not to flood the path with it the congestion "
          "window "
          "starts over at {}; but this was no congestion, so it may grow as quickly as at first.",
          at.segment.seq, in_octets(at.is().segment), in_octets(at.was().segment), in_octets(at.is().cwnd));
    }
    if (at.kind == happening::timer && at.is().segment != at.was().segment) {
      return fmt::format(
          "+ So many timeouts, and only of full segments: a black hole is suspected. Segments shrink from {} to {}.",
          in_octets(at.was().segment), in_octets(at.is().segment));
    }
    return {};
  });
  return made;
}

chapter forged_report(const variation& varied) {
  end_setting end;
  end.mss = 1'460;
  scene run(alike(end), varied);
  run.open();
  run.report(0, 20 * millisecond, run.facts(0).snd_nxt + 50'000, 68);
  run.run(10 * second);
  chapter made = run.told("A forged report");
  made.about =
      "An attacker would like the segments to be tiny. It has to quote a segment that is outstanding just now (RFC "
      "5927).";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::reports) return {};
    return fmt::format("It quotes {}, and nothing there is outstanding: ignored. Segments still carry {}.",
                       at.segment.seq, in_octets(at.is().segment));
  });
  made.lessons = {
      "Fragmentation by routers is no help: IPv6 has none, and one lost fragment loses the segment. So packets must "
      "not be fragmented, and "
      "the sender has to know the path.",
      "Without a message only silence tells; after some timeouts the core tries segments that fit anywhere (RFC 4821 "
      "7.7), and the usual "
      "size again ten minutes later.",
  };
  return made;
}

chapter marked(const variation& varied) {
  end_setting end;
  end.ecn = true;
  end.sack = true;
  scene run(alike(end), varied);
  run.path = [](const passing& asked) {
    return treatment{asked.from == 0 && asked.with_text == 2 ? fate::marked : fate::whole};
  };
  run.listen(1);
  run.connect(0);
  run.once_in(0, "ESTABLISHED", [&] {
    run.after(60 * millisecond, [&] { run.write(0, numbered(4)); });
    run.after(300 * millisecond, [&] { run.write(0, numbered(2)); });
  });
  run.run(10 * second);
  chapter made = run.told("A mark instead of a loss");
  made.about =
      "A router whose queue grows may mark a packet instead of dropping one, if the packet says that its ends "
      "understand (RFC 3168). The "
      "second segment is marked.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::arrives) return {};
    if (at.segment.syn && !at.segment.has_ack) return "+ ECE and CWR on a SYN mean: shall we use ECN?";
    if (at.segment.syn) return "+ ECE alone on the SYN,ACK means yes.";
    if (at.segment.marked)
      return "+ CE in the IP header: there was congestion on the way. From now on every ACK says so with ECE, until "
             "the sender says that it has heard.";
    if (at.end == 0 && at.segment.ece && at.is().cwnd < at.was().cwnd) {
      return fmt::format(
          "+ ECE: {} were in flight, and half of that is the congestion window now ({} before). Once a round trip, and "
          "not a single octet was lost.",
          in_octets(at.was().snd_nxt - at.was().snd_una), in_octets(at.was().cwnd));
    }
    if (at.segment.cwr) return "+ CWR: the sender has reduced its window. The echo ends.";
    return {};
  });
  made.lessons = {
      "The reaction is the same as to a loss; what is saved is the repair, and the wait for it.",
      "ECN is off by default: it needs a caller that carries the two bits of the IP header both ways.",
  };
  return made;
}

}  // namespace

story tell_keep_alive(const variation& varied) {
  story all;
  all.topic = "keep-alive";
  all.title = "Is anybody there?";
  all.about =
      "An idle connection sends nothing, for days if need be. Who wants to know whether the peer still exists must "
      "ask.";
  all.chapters = {kept_alive(varied, true), kept_alive(varied, false)};
  all.chapters[1].lessons = {
      "Keep-alives are off unless asked for, and must be: they cost, and they end a connection that would have "
      "survived a short break.",
  };
  return all;
}

story tell_urgent(const variation& varied) {
  story all;
  all.topic = "urgent";
  all.title = "Urgent data";
  all.about =
      "A sender can say that up to some octet the stream is urgent. The receiver's user is told before it has read "
      "that far.";
  all.chapters = {urgent(varied)};
  return all;
}

story tell_fast_open(const variation& varied) {
  story all;
  all.topic = "fast-open";
  all.title = "Text on a SYN";
  all.about =
      "A question and an answer take two round trips, one of them for the handshake. A client that has been here "
      "before can show it, and "
      "ask in the SYN (RFC 7413).";
  all.chapters = {fast(varied, true, false), fast(varied, false, true)};
  const microseconds first = read_by(all.chapters[0], 0, 6), second_time = read_by(all.chapters[1], 0, 6);
  all.chapters[0].about =
      "The client writes its question and connects. It has no cookie yet: the question waits for the handshake.";
  all.chapters[1].about = "The next time the cookie and the question travel in the SYN.";
  all.chapters[1].lessons = {
      fmt::format("The answer is there after {} instead of {}.", in_time(second_time), in_time(first)),
      "The price: a SYN that the network repeats may deliver its text twice, to two connections. So it is off by "
      "default, and only for "
      "questions that one may ask twice.",
  };
  return all;
}

story tell_path_mtu(const variation& varied) {
  story all;
  all.topic = "path-mtu";
  all.title = "A link that takes less";
  all.about =
      "Each end says how large a segment it can take (MSS). What lies between them it does not know, and the path may "
      "change.";
  all.chapters = {narrow(varied, true), narrow(varied, false), forged_report(varied)};
  return all;
}

story tell_ecn(const variation& varied) {
  story all;
  all.topic = "ecn";
  all.title = "Congestion without losses";
  all.about =
      "A loss is a costly way to say that a queue is full. Explicit congestion notification says it with a bit.";
  all.chapters = {marked(varied)};
  return all;
}

}  // namespace sequent::explain
