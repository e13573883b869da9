// The steps as JSON: what the other forms are drawn from.
#include <nlohmann/json.hpp>

#include "tools/explain/narrator.hpp"
#include "tools/explain/render.hpp"

namespace sequent::explain {

namespace {

using nlohmann::ordered_json;

ordered_json ranges(const std::vector<number_range>& all) {
  ordered_json list = ordered_json::array();
  for (const number_range& each : all) list.push_back({each.first, each.second});
  return list;
}

ordered_json json_of(const segment_facts& of) {
  ordered_json made{{"number", of.number}, {"shown_as", label(of)}, {"seq", of.seq}};
  if (of.has_ack) made["ack"] = of.ack;
  std::string bits;
  for (const auto& [set, name] : {std::pair{of.syn, "SYN"},
                                  {of.has_ack, "ACK"},
                                  {of.fin, "FIN"},
                                  {of.rst, "RST"},
                                  {of.psh, "PSH"},
                                  {of.urg, "URG"},
                                  {of.ece, "ECE"},
                                  {of.cwr, "CWR"}}) {
    if (set) bits += (bits.empty() ? "" : ",") + std::string(name);
  }
  made["control"] = bits;
  made["window"] = of.window;
  made["text"] = quoted(of.text, 2'000).substr(1, quoted(of.text, 2'000).size() - 2);
  made["octets"] = of.octets;
  if (of.mss) made["mss"] = *of.mss;
  if (of.scale) made["window_scale"] = *of.scale;
  if (of.sack_permitted) made["sack_permitted"] = true;
  if (of.timestamps) made["timestamps"] = {of.timestamps->first, of.timestamps->second};
  if (!of.sack.empty()) made["sack"] = ranges(of.sack);
  if (of.cookie) made["cookie_octets"] = *of.cookie;
  if (of.urg) made["urgent"] = of.urgent;
  if (of.marked) made["marked"] = true;
  return made;
}

ordered_json json_of(const end_facts& of) {
  ordered_json timers = ordered_json::object();
  for (const timer_fact& each : of.timers) timers[each.name] = each.due;
  return {{"state", of.state},       {"iss", of.iss},           {"irs", of.irs},         {"snd_una", of.snd_una},
          {"snd_nxt", of.snd_nxt},   {"snd_wnd", of.snd_wnd},   {"rcv_nxt", of.rcv_nxt}, {"rcv_wnd", of.rcv_wnd},
          {"buffered", of.buffered}, {"held", ranges(of.held)}, {"unread", of.unread},   {"cwnd", of.cwnd},
          {"ssthresh", of.ssthresh}, {"pipe", of.pipe},         {"srtt_us", of.srtt},    {"rttvar_us", of.rttvar},
          {"rto_us", of.rto},        {"timers_due_us", timers}, {"read", of.read.size()}};
}

}  // namespace

std::string as_json(const story& told) {
  ordered_json all{{"topic", told.topic}, {"title", told.title}, {"about", told.about}};
  all["chapters"] = ordered_json::array();
  for (const chapter& each : told.chapters) {
    ordered_json steps = ordered_json::array();
    for (const step& one : each.steps) {
      constexpr const char* kinds[] = {"call", "sends", "arrives", "timer", "icmp"};
      ordered_json made{{"at_us", one.at}, {"end", one.end}, {"kind", kinds[static_cast<std::size_t>(one.kind)]}};
      if (!one.what.empty()) made["what"] = one.what;
      if (!one.error.empty()) made["error"] = one.error;
      if (one.kind == happening::sends || one.kind == happening::arrives) {
        made["segment"] = json_of(one.segment);
        made["fate"] = name(one.became);
      }
      made["rules"] = ordered_json::array();
      for (const rule_fact& rule : one.rules) {
        made["rules"].push_back({{"id", rule.id}, {"cite", rule.cite}, {"says", rule.says}});
      }
      made["before"] = {json_of(one.before[0]), json_of(one.before[1])};
      made["after"] = {json_of(one.after[0]), json_of(one.after[1])};
      if (!one.got.empty()) made["user_reads"] = quoted(one.got, 2'000);
      made["says"] = one.says;
      steps.push_back(std::move(made));
    }
    ordered_json plots = ordered_json::array();
    for (const plot& one : each.plots) {
      ordered_json curves = ordered_json::object();
      for (const series& curve : one.curves) curves[curve.name] = curve.points;
      plots.push_back({{"title", one.title}, {"x", one.x}, {"y", one.y}, {"curves", curves}});
    }
    ordered_json tables = ordered_json::array();
    for (const table& one : each.tables)
      tables.push_back({{"title", one.title}, {"heads", one.heads}, {"rows", one.rows}});
    all["chapters"].push_back({{"title", each.title},
                               {"about", each.about},
                               {"ends", each.names},
                               {"steps", steps},
                               {"plots", plots},
                               {"tables", tables},
                               {"lessons", each.lessons},
                               {"judged", each.judged},
                               {"wrong", each.wrong}});
  }
  return all.dump(1) + "\n";
}

}  // namespace sequent::explain
