#!/usr/bin/env bash
# Replays the committed captures and checks what the RFCs promise of them; see tools/capture_replay.cpp.
# Exit status: that of capture_replay, or 77 when it was not built.
# covers: rfc9293#3.1 rfc9293#3.2 rfc9293#3.8.6 rfc2018#4 rfc7323#3.2
set -euo pipefail
unset CDPATH  # or `cd` may go elsewhere, and say so
cd "$(dirname "$0")/../.."
replay=${SEQUENT_BIN_DIR:-build/test/bin}/capture_replay
if [ ! -x "$replay" ]; then
  echo "skipped: the tool capture_replay was not built: no $replay"
  exit 77
fi
exec "$replay" corpus/captures
