// Octets with numbers, acknowledgments that count up to a number, and when they are sent.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

chapter counted(const variation& varied) {
  scene run(alike(), varied);
  run.open();
  run.write(0, numbered(5));
  run.run(10 * second);
  chapter made = run.told("Five segments");
  made.about =
      "The connection is open, and the client writes 50 octets. Segments carry 10 octets here, so that numbers stay "
      "small; "
      "1460 are usual. Each octet has a number, and a segment says the number of its first: SEQ=101 +10 is octets 101 "
      "to 110.";
  narrate(made);
  made.lessons = {
      "An acknowledgment is cumulative: ACK=121 says that everything before 121 has arrived, whichever segments it "
      "came in. One that "
      "is lost is made good by the next.",
      "What was written stays in the send buffer until it is acknowledged, since it may have to be sent again. That "
      "the user's write "
      "returned says nothing of the other end.",
      "A delayed ACK is no laziness: every second full segment is acknowledged at once, and no ACK waits longer than "
      "the core's 40 ms "
      "(RFC 9293 allows half a second).",
  };
  return made;
}

chapter both_ways(const variation& varied) {
  scene run(alike(), varied);
  run.open();
  run.once([&] { return run.facts(1).read.size() >= 10; }, [&] { run.write(1, "answer 1  "); });
  run.write(0, numbered(1));
  run.run(10 * second);
  chapter made = run.told("An answer takes the acknowledgment along");
  made.about = "The server's user answers at once. Its segment carries ACK=111 beside its own text: no ACK goes alone.";
  narrate(made);
  made.lessons = {
      "Every segment of an open connection acknowledges. That is why waiting 40 ms for an answer pays: it mostly "
      "comes."};
  return made;
}

chapter small(const variation& varied, bool nagle) {
  end_setting end;
  end.nagle = nagle;
  scene run(alike(end), varied);
  run.open();
  run.write(0, "a");
  run.after(5 * millisecond, [&] { run.write(0, "b"); });
  run.after(10 * millisecond, [&] { run.write(0, "c"); });
  run.after(15 * millisecond, [&] { run.write(0, "d"); });
  run.run(10 * second);
  chapter made = run.told(nagle ? "Small writes, with Nagle" : "The same without Nagle");
  narrate(made, [&](const step& at) -> std::string {
    if (at.kind != happening::call || !at.what.starts_with("write")) return {};
    if (at.is().snd_nxt == at.is().snd_una) return "Nothing is under way, so it goes at once, however small.";
    return nagle ? fmt::format("Nagle: {} to {} is not acknowledged yet, and this is less than a segment. It waits.",
                               at.is().snd_una, at.is().snd_nxt - 1)
                 : "It goes at once.";
  });
  return made;
}

}  // namespace

story tell_transfer(const variation& varied) {
  story all;
  all.topic = "transfer";
  all.title = "Moving octets";
  all.about =
      "TCP carries a stream, not messages. It numbers octets, cuts the stream as it likes, and keeps what it sent "
      "until the other "
      "end has said that it is there.";
  all.chapters = {counted(varied), both_ways(varied), small(varied, true), small(varied, false)};
  chapter& with = all.chapters[2];
  chapter& without = all.chapters[3];
  with.about =
      "Four octets are written one by one. Nagle's algorithm sends a small segment only while none is unacknowledged.";
  without.about = "An application that cannot wait turns Nagle off.";
  without.lessons = {
      fmt::format("With Nagle {} segments with text, the last octet read after {}; without, {}, after {}.",
                  sent_by(with, 0), in_time(read_by(with, 1, 4)), sent_by(without, 0), in_time(read_by(without, 1, 4))),
      "Nagle waits for an acknowledgment, and the receiver may delay it: together they can hold a small write back for "
      "a round trip and "
      "40 ms. The cure is to write once what belongs together; turning Nagle off is the second best.",
  };
  return all;
}

}  // namespace sequent::explain
