// What the SACK option of an acknowledgment must and may contain: RFC 2018 sections 3 and 4, RFC 2883 section 4.
//
// Feed every segment with text that arrives and is acceptable, then every acknowledgment that is sent.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What is taken as a duty of what the RFCs only recommend.
struct sack_report_parameters {
  position first = 1;              ///< the first octet of the stream
  bool permitted = true;           ///< the peer sent SACK-permitted
  bool reports_always = true;      ///< SHOULD: in every acknowledgment while something is held
  bool fills_option = true;        ///< SHOULD: as many blocks as there is room for
  bool reports_duplicates = true;  ///< D-SACK: the acknowledgment of a duplicate says so
  bool repeats_recent = false;     ///< SHOULD: after the first block those that were first most recently
};

/// The receiving end's reports.
class sack_report_oracle {
 public:
  explicit sack_report_oracle(const sack_report_parameters& given) : given_(given), next_(given.first) {}

  /// Text [first, last) arrives; what lies at or beyond right_edge is not taken.
  void arrived(position first, position last, position right_edge) {
    last = std::min(last, right_edge);
    if (last <= first) return;
    note_duplicate({first, last});
    held_.push_back({std::max(first, next_), last});
    held_ = joined(held_);
    latest_.reset();
    if (!held_.empty() && held_[0].first <= next_) {
      next_ = std::max(next_, held_[0].last);
      held_.erase(held_.begin());
    } else if (last > next_) {
      latest_ = block_of(std::max(first, next_));
    }
    std::erase_if(recent_, [&](position octet) { return octet < next_; });
  }

  /// A segment was answered and none of it taken, e.g. for an old timestamp. What of it lies before the next octet
  /// expected may be reported as a duplicate; section 4 of RFC 2883 does not ask whether it was acceptable.
  void refused(position first, position last) {
    duplicate_.reset();
    perhaps_.reset();
    latest_.reset();
    last = std::min(last, next_);
    if (first < last) perhaps_ = octet_range{first, last};
  }

  /// Octets that were held are given up again (RFC 2018 section 8).
  void discarded(const octet_range& gone) {
    octet_ranges left;
    for (const octet_range& r : held_) {
      left.push_back({r.first, std::min(r.last, gone.first)});
      left.push_back({std::max(r.first, gone.last), r.last});
    }
    held_ = joined(left);
    if (latest_ && !holds_all(held_, *latest_)) latest_.reset();
  }

  /// An acknowledgment is sent with these blocks, and there was room for so many. Room that is 0 asks for nothing.
  void acknowledged(position ack, const std::vector<octet_range>& blocks, std::size_t room) {
    if (!given_.permitted) {
      wrong_.expect(blocks.empty(), "a SACK option although the peer did not permit it");
      return;
    }
    wrong_.expect(blocks.size() <= room, "more SACK blocks than there is room for");
    const bool reports = check_duplicate(blocks, room);
    const std::vector<octet_range> plain(blocks.begin() + (reports ? 1 : 0), blocks.end());
    for (std::size_t i = 0; i < plain.size(); ++i) check_block(ack, plain, i);
    check_first(plain);
    const std::size_t space = room - std::min(room, std::size_t{reports ? 1u : 0u});
    if (room > 0 && given_.reports_always && !held_.empty() && blocks.empty()) {
      wrong_.note("text is held out of order and not reported");
    }
    if (given_.fills_option && !blocks.empty() && plain.size() < std::min(space, held_.size())) {
      wrong_.note("there is room for more SACK blocks, and more are held");
    }
    if (given_.repeats_recent) check_recent(plain);
    if (!plain.empty()) {
      std::erase_if(recent_, [&](position octet) { return plain[0].first <= octet && octet < plain[0].last; });
      recent_.insert(recent_.begin(), plain[0].first);
    }
    if (room > 0) {  // each duplicate is reported in at most one acknowledgment
      duplicate_.reset();
      perhaps_.reset();
    }
  }

  /// What is held out of order, in canonical form.
  [[nodiscard]] const octet_ranges& held() const { return held_; }
  /// RCV.NXT.
  [[nodiscard]] position next() const { return next_; }
  /// The duplicate that the next acknowledgment may report.
  [[nodiscard]] const std::optional<octet_range>& duplicate() const { return duplicate_; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  /// The first contiguous part of a segment that had arrived before.
  void note_duplicate(const octet_range& text) {
    duplicate_.reset();
    perhaps_.reset();
    octet_ranges known = held_;
    known.push_back({std::min(text.first, next_), next_});
    for (const octet_range& r : joined(known)) {
      const octet_range common{std::max(r.first, text.first), std::min(r.last, text.last)};
      if (common.first >= common.last) continue;
      duplicate_ = common;
      return;
    }
  }

  [[nodiscard]] std::optional<octet_range> block_of(position octet) const {
    for (const octet_range& r : held_) {
      if (r.first <= octet && octet < r.last) return r;
    }
    return std::nullopt;
  }

  /// Whether the first block reports a duplicate; checks it if so.
  bool check_duplicate(const std::vector<octet_range>& blocks, std::size_t room) {
    if (!blocks.empty() && perhaps_ && blocks[0] == *perhaps_) return true;
    const bool same = !blocks.empty() && duplicate_ && blocks[0] == *duplicate_;
    // A duplicate of a whole block is told from the block itself by the block that follows.
    const auto around = duplicate_ ? block_of(duplicate_->first) : std::nullopt;
    const bool whole = around && duplicate_ && *around == *duplicate_;
    const bool reports = same && (!whole || (blocks.size() > 1 && blocks[1] == *around));
    const bool fits = room >= (around ? 2u : 1u);
    if (duplicate_ && given_.reports_duplicates && fits && !reports) {
      wrong_.note("the duplicate " + show(*duplicate_) + " is not reported first");
    }
    if (reports && around && fits && (blocks.size() < 2 || blocks[1] != *around)) {
      wrong_.note("the block around the duplicate does not follow it");
    }
    return reports;
  }

  /// Every other block is one that is held, whole, and stands once.
  void check_block(position ack, const std::vector<octet_range>& plain, std::size_t i) {
    const octet_range& block = plain[i];
    if (block.first <= ack || std::find(held_.begin(), held_.end(), block) == held_.end()) {
      wrong_.note("the SACK block " + show(block) + " is not a block that is held");
    }
    if (std::count(plain.begin(), plain.end(), block) > 1) wrong_.note("a SACK block is repeated");
  }

  void check_first(const std::vector<octet_range>& plain) {
    if (!latest_ || plain.empty()) return;
    const auto now = block_of(latest_->first);
    if (now && plain[0] != *now) wrong_.note("the first SACK block is not that of the latest segment");
  }

  /// The blocks after the first are those that were first in the latest options, apart from what they became part of.
  void check_recent(const std::vector<octet_range>& plain) {
    std::vector<octet_range> expected;
    if (!plain.empty()) expected.push_back(plain[0]);
    for (const position octet : recent_) {
      const auto block = block_of(octet);
      if (block && std::find(expected.begin(), expected.end(), *block) == expected.end()) expected.push_back(*block);
    }
    for (std::size_t i = 0; i < std::min(plain.size(), expected.size()); ++i) {
      if (std::find(plain.begin(), plain.end(), expected[i]) == plain.end()) {
        wrong_.note("the recently reported block " + show(expected[i]) + " is not repeated");
      }
    }
  }

  sack_report_parameters given_;
  position next_ = 0;
  octet_ranges held_;
  std::optional<octet_range> latest_{};     ///< the block of the latest segment, unless that one moved RCV.NXT
  std::optional<octet_range> duplicate_{};  ///< what of the latest segment had arrived before
  std::optional<octet_range> perhaps_{};    ///< the same of a segment that was refused: it need not be reported
  std::vector<position> recent_;            ///< an octet of each block that was first, the latest in front
  complaint wrong_;
};

}  // namespace sequent::spec
