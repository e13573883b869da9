#!/usr/bin/env python3
"""Sequent against the TCP of the Linux kernel, over a TUN device in a network namespace of its own.

Serves a file to curl and fetches one from python3 -m http.server, over a clean network and over one that loses 1%,
duplicates 1%, reorders 2% and corrupts 0.5% of the packets in each direction; what arrives must be identical to what
was sent, octet for octet. Serves several clients at once, and refuses and is refused connections.

Exit status: 0 all held, 1 something did not, 77 skipped (the last line says why), 130 interrupted.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Callable, NoReturn

sys.dont_write_bytecode = True  # nothing is left in the source tree
from support.bed import KERNEL, SEQUENT, Bed, Failure, Skip, first_line, write_file  # noqa: E402
from support.exchanges import (ENDINGS, Transfer, fetch_from_kernel, many_clients, refusals,  # noqa: E402
                               serve_slow_reader, serve_to, serve_to_curl)

BAD_NETWORK = ["--loss", "1", "--duplicate", "1", "--reorder", "2", "--corrupt", "0.5"]
SKIPPED = 77


def report_transfer(name: str, way: Callable[[Transfer], tuple[float, dict[str, int]]], transfer: Transfer) -> None:
    octets = os.path.getsize(transfer.path("sent"))
    before = transfer.bed.kernel_sent_again()
    took, counted = way(transfer)
    again = transfer.bed.kernel_sent_again() - before
    print(f"{name}: {octets} octets identical in {took:.2f} s, {octets * 8 / took / 1e6:.0f} Mbit/s; sent again: "
          f"Sequent {counted['sent_again']}, kernel {again} segments; network: lost {counted['lost']}, duplicated "
          f"{counted['duplicated']}, reordered {counted['reordered']}, corrupted {counted['corrupted']}; "
          f"not parsed: {counted['refused']}", flush=True)
    if transfer.options and not all(counted[fate] for fate in ("lost", "duplicated", "reordered", "corrupted")):
        raise Failure(f"{name}: the network was not as bad as it should have been")


def check(bed: Bed, chosen: argparse.Namespace) -> None:
    impaired = ["--impair", str(chosen.seed), *BAD_NETWORK]
    with open("/proc/sys/net/ipv4/tcp_congestion_control", encoding="utf-8") as file:
        print(f"kernel {os.uname().release}, congestion control {file.read().strip()}, seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="sequent-interop-") as folder:
        write_file(os.path.join(folder, "sent"), chosen.mebibytes << 20, chosen.seed)
        for name, way, options in (("serve, clean", serve_to_curl, []),
                                   ("fetch, clean", fetch_from_kernel, []),
                                   ("serve, impaired", serve_to_curl, impaired),
                                   ("fetch, impaired", fetch_from_kernel, impaired)):
            report_transfer(name, way, Transfer(bed, folder, options, chosen.seconds))
        write_file(os.path.join(folder, "sent"), 1 << 20, chosen.seed + 1)
        many_clients(Transfer(bed, folder, [], chosen.seconds))
        serve_slow_reader(bed, folder)
        print("serve, closed window: probed, and all arrived")
        for ending in ENDINGS:
            serve_to(bed, ending, folder)
            print(f"serve, {ending}: {ENDINGS[ending]}, and ready for the next client")
        refusals(bed, folder)


def make_captures(bed: Bed, into: str, seed: int) -> None:
    """Small captures for the corpus: each way, clean and impaired, every ending, and refusals."""
    os.makedirs(into, exist_ok=True)
    impaired = ["--impair", str(seed), "--loss", "5", "--duplicate", "5", "--reorder", "10", "--corrupt", "5"]
    with tempfile.TemporaryDirectory(prefix="sequent-interop-") as folder:
        for name, way, octets, options in (("serve-impaired", serve_to_curl, 64_000, impaired),
                                           ("fetch-impaired", fetch_from_kernel, 64_000, impaired),
                                           ("serve-clean", serve_to_curl, 20_000, []),
                                           ("fetch-clean", fetch_from_kernel, 20_000, [])):
            write_file(os.path.join(folder, "sent"), octets, seed)
            way(Transfer(bed, folder, ["--capture", os.path.join(into, f"{name}.pcap"), *options], 60))
        serve_slow_reader(bed, folder, "--capture", os.path.join(into, "serve-zero-window.pcap"))
        for ending in ENDINGS:
            serve_to(bed, ending, folder, "--capture", os.path.join(into, f"serve-{ending}.pcap"))
        host = bed.start(*bed.sequent("--capture", os.path.join(into, "serve-refused.pcap"), "serve", "--port", "81",
                                      os.path.join(folder, "sent")))
        first_line(host, "tun_host")
        subprocess.run(bed.inside("curl", "--silent", "--max-time", "5", f"http://{SEQUENT}/"), timeout=20)
        bed.end(host)
        subprocess.run(bed.inside(*bed.sequent("--capture", os.path.join(into, "fetch-refused.pcap"), "fetch", "/",
                                               "--host", KERNEL, "--port", "9", "--output",
                                               os.path.join(folder, "nothing"))), capture_output=True, timeout=20)
    for name in sorted(os.listdir(into)):
        if name.endswith(".pcap"):
            print(f"{os.path.join(into, name)}: {os.path.getsize(os.path.join(into, name))} octets")


def find_tun_host(given: str | None) -> str:
    path = given or os.path.join(os.environ.get("SEQUENT_BIN_DIR", "build/test/bin"), "tun_host")
    if not os.access(path, os.X_OK):
        raise Skip(f"the example tun_host was not built: no {path}")
    return os.path.abspath(path)


def require_surroundings() -> None:
    if os.geteuid() != 0:
        raise Skip("needs root, to make a network namespace and a TUN device")
    if not os.path.exists("/dev/net/tun"):
        raise Skip("needs /dev/net/tun")
    for tool in ("ip", "curl"):
        if shutil.which(tool) is None:
            raise Skip(f"needs the command {tool}")


def interrupted(*_) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=64, help="size of the file each way (default 64)")
    parser.add_argument("--seconds", type=float, default=120, help="most that one transfer may take (default 120)")
    parser.add_argument("--seed", type=int, default=1, help="of the file and of the bad network (default 1)")
    parser.add_argument("--tun-host", help="the example program (default: tun_host in $SEQUENT_BIN_DIR)")
    parser.add_argument("--make-captures", metavar="FOLDER", help="instead of testing, write small captures there")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupted)
    try:
        require_surroundings()
        with Bed(find_tun_host(chosen.tun_host)) as bed:
            if chosen.make_captures:
                make_captures(bed, chosen.make_captures, chosen.seed)
            else:
                check(bed, chosen)
    except Skip as why:
        print(f"skipped: {why}")
        return SKIPPED
    except (Failure, subprocess.TimeoutExpired) as why:
        print(f"FAILED: {why}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
