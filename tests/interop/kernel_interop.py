#!/usr/bin/env python3
"""Sequent against the TCP of the Linux kernel, over a TUN device in a network namespace of its own.

Serves a file to curl and fetches one from python3 -m http.server, over a clean network and over one that loses 1%,
duplicates 1%, reorders 2% and corrupts 0.5% of the packets in each direction; what arrives must be identical to what
was sent, octet for octet. Serves several clients at once, and refuses and is refused connections.

Exit status: 0 all held, 1 something did not, 77 skipped (the last line says why), 130 interrupted.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import Callable, NamedTuple, NoReturn

KERNEL = "192.0.2.1"
SEQUENT = "192.0.2.2"
DEVICE = "sequent0"
BAD_NETWORK = ["--loss", "1", "--duplicate", "1", "--reorder", "2", "--corrupt", "0.5"]
# RFC 6298 asks for a least retransmission timeout of a second. The round trip here takes well under a millisecond and
# thousands of packets are lost, so the tests use what Linux uses; only the time they take depends on it.
LEAST_RTO = ["--least-rto", "200"]
SKIPPED = 77


class Failure(Exception):
    """Something that had to hold does not."""


class Skip(Exception):
    """What the test needs is not there."""


def run(*command: str, seconds: float = 60) -> str:
    """Runs a command to its end and returns its output; a failure of it is a Failure."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Bed:
    """A namespace with a TUN device, and the processes started in it. Takes both away again, and nothing else."""

    def __init__(self, tun_host: str):
        self.tun_host = tun_host
        self.name = f"sequent-{os.getpid()}"
        self.processes: list[subprocess.Popen] = []
        self.made = False

    def __enter__(self) -> "Bed":
        made = subprocess.run(["ip", "netns", "add", self.name], capture_output=True, text=True)
        if made.returncode != 0:
            raise Skip(f"no network namespace can be made here: {made.stderr.strip()}")
        self.made = True
        try:
            run(*self.inside("ip", "link", "set", "lo", "up"))
            tun = subprocess.run(self.inside("ip", "tuntap", "add", "dev", DEVICE, "mode", "tun"),
                                 capture_output=True, text=True)
            if tun.returncode != 0:
                raise Skip(f"no TUN device can be made here: {tun.stderr.strip()}")
            run(*self.inside("ip", "address", "add", f"{KERNEL}/24", "dev", DEVICE))
            # The kernel hands a TUN device whole windows at once; a longer queue holds what one turn does not read.
            run(*self.inside("ip", "link", "set", DEVICE, "up", "txqueuelen", "4000"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        # A second interrupt must not leave half of it behind.
        for interrupt in (signal.SIGINT, signal.SIGTERM):
            signal.signal(interrupt, signal.SIG_IGN)
        for process in list(self.processes):
            self.end(process)
        if self.made:
            subprocess.run(["ip", "netns", "delete", self.name], capture_output=True)
            self.made = False

    def inside(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *command]

    def start(self, *command: str) -> subprocess.Popen:
        """Starts a process in the namespace. It gets no interrupts of the terminal: this script ends it."""
        process = subprocess.Popen(self.inside(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.processes.append(process)
        return process

    def end(self, process: subprocess.Popen) -> str:
        """Ends a process that start() started, and returns the rest of what it said."""
        if process in self.processes:
            self.processes.remove(process)
        if process.poll() is None:
            process.terminate()
        try:
            return process.communicate(timeout=5)[0] or ""
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0] or ""

    def sequent(self, *arguments: str) -> list[str]:
        return [self.tun_host, "--tun", DEVICE, "--address", SEQUENT, *LEAST_RTO, *arguments]

    def kernel_sent_again(self) -> int:
        """RetransSegs of the namespace."""
        with_names = [line.split() for line in run(*self.inside("cat", "/proc/net/snmp")).splitlines()
                      if line.startswith("Tcp:")]
        return int(dict(zip(*with_names))["RetransSegs"])


def first_line(process: subprocess.Popen, what: str) -> str:
    """Waits for a server to say that it is there."""
    line = process.stdout.readline()
    if not line:
        raise Failure(f"{what} ended at once, exit status {process.wait()}")
    return line


def counts(output: str) -> dict[str, int]:
    """The line of tun_host that begins with "received", as numbers."""
    for line in output.splitlines():
        words = line.split()
        if words and words[0] == "received":
            return {name: int(value) for name, value in zip(words[::2], words[1::2])}
    raise Failure(f"tun_host reported no counts; it said: {output.strip()}")


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Transfer(NamedTuple):
    """What a transfer is made of."""
    bed: Bed
    folder: str   # holds the files "sent" and "received"
    options: list[str]
    seconds: float

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def compare(self) -> None:
        sent, received = self.path("sent"), self.path("received")
        if os.path.getsize(sent) != os.path.getsize(received) or digest(sent) != digest(received):
            raise Failure(f"{os.path.getsize(received)} octets arrived that are not the {os.path.getsize(sent)} sent")


def serve_to_curl(transfer: Transfer) -> tuple[float, dict[str, int]]:
    """Sequent serves, curl fetches. Seconds of the transfer, and what tun_host counted."""
    bed = transfer.bed
    host = bed.start(*bed.sequent(*transfer.options, "serve", transfer.path("sent")))
    first_line(host, "tun_host")
    began = time.monotonic()
    run(*bed.inside("curl", "--silent", "--show-error", "--fail", "--max-time", str(int(transfer.seconds)), "--output",
                    transfer.path("received"), f"http://{SEQUENT}/"), seconds=transfer.seconds + 10)
    took = time.monotonic() - began
    counted = counts(bed.end(host))
    transfer.compare()
    return took, counted


def fetch_from_kernel(transfer: Transfer) -> tuple[float, dict[str, int]]:
    """python3 -m http.server serves, Sequent fetches."""
    bed = transfer.bed
    server = bed.start(sys.executable, "-u", "-m", "http.server", "8000", "--bind", KERNEL, "--directory",
                       transfer.folder)
    first_line(server, "http.server")
    began = time.monotonic()
    output = run(*bed.inside(*bed.sequent(*transfer.options, "fetch", "/sent", "--host", KERNEL, "--port", "8000",
                                          "--output", transfer.path("received"))), seconds=transfer.seconds)
    took = time.monotonic() - began
    bed.end(server)
    transfer.compare()
    return took, counts(output)


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


def many_clients(transfer: Transfer, clients: int = 8) -> None:
    """Several connections at once, each to get the whole file."""
    bed = transfer.bed
    host = bed.start(*bed.sequent("serve", transfer.path("sent")))
    first_line(host, "tun_host")
    curls = [bed.start("curl", "--silent", "--show-error", "--fail", "--max-time", "60", "--output",
                       transfer.path(f"received-{i}"), f"http://{SEQUENT}/") for i in range(clients)]
    for i, curl in enumerate(curls):
        said = curl.communicate(timeout=90)[0]
        bed.processes.remove(curl)
        if curl.returncode != 0:
            raise Failure(f"client {i} of {clients}: {said.strip()}")
        if digest(transfer.path(f"received-{i}")) != digest(transfer.path("sent")):
            raise Failure(f"client {i} of {clients} received another file")
    counted = counts(bed.end(host))
    if counted["accepted"] != clients:
        raise Failure(f"{counted['accepted']} connections were accepted of {clients}")
    print(f"serve, {clients} clients at once: {os.path.getsize(transfer.path('sent'))} octets identical each")


# How a client of the kernel's may end its connection, and the change of Sequent's state that must come of it.
ENDINGS = {
    "half-close": "CLOSE-WAIT -> LAST-ACK",
    "simultaneous-close": "FIN-WAIT-1 -> CLOSING",
    "reset": "-> CLOSED",
}


def client_that(ending: str, octets: int, host: int) -> list[str]:
    """A client that asks for the file and ends as its name says: the end of its direction is also the end of its request,
    and it reads on to the end of `octets` of body; or the host, process `host`, is stopped until it has a request and a FIN
    to find, so that both FINs cross; or it reads a little and resets."""
    return [sys.executable, "-c", f"""
import os, signal, socket, struct
peer = socket.create_connection(("{SEQUENT}", 80), timeout=20)
if {ending!r} == "simultaneous-close":
    os.kill({host}, signal.SIGSTOP)
peer.sendall(b"GET / HTTP/1.0\\r\\n" + (b"" if {ending!r} == "half-close" else b"\\r\\n"))
if {ending!r} == "reset":
    assert peer.recv(1000)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
else:
    peer.shutdown(socket.SHUT_WR)
    os.kill({host}, signal.SIGCONT)
    body = b"".join(iter(lambda: peer.recv(65536), b"")).partition(b"\\r\\n\\r\\n")[2]
    assert len(body) == {octets}, len(body)
peer.close()
"""]


def serve_slow_reader(bed: Bed, folder: str, *options: str) -> None:
    """Serves a client with a small buffer that reads nothing for a while: Sequent has to probe the closed window, and to go
    on when it opens."""
    file = os.path.join(folder, "sent")
    host = bed.start(*bed.sequent(*options, "serve", file))
    first_line(host, "tun_host")
    run(*bed.inside(sys.executable, "-c", f"""
import hashlib, socket, time
peer = socket.socket()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
peer.settimeout(30)
peer.connect(("{SEQUENT}", 80))
peer.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
time.sleep(2)
body = b"".join(iter(lambda: peer.recv(65536), b"")).partition(b"\\r\\n\\r\\n")[2]
assert hashlib.sha256(body).hexdigest() == "{digest(file)}", len(body)
"""), seconds=90)
    counted = counts(bed.end(host))
    if counted["sent_again"] == 0:
        raise Failure("slow reader: its closed window was never probed")


def serve_to(bed: Bed, ending: str, folder: str, *options: str) -> None:
    """Serves a client that ends its connection in one of the ways of ENDINGS; unless captured, is then ready for the
    next."""
    file = os.path.join(folder, "small")
    write_file(file, 5_000, 1)  # less than the initial window, so that Sequent's FIN goes out at once
    host = bed.start(*bed.sequent(*options, "--verbose", "serve", file))
    first_line(host, "tun_host")
    try:
        run(*bed.inside(*client_that(ending, os.path.getsize(file), host.pid)), seconds=30)
    finally:
        os.kill(host.pid, signal.SIGCONT)
    if not options:
        run(*bed.inside("curl", "--silent", "--show-error", "--fail", "--max-time", "20", "--output", os.devnull,
                        f"http://{SEQUENT}/"))
    said = bed.end(host)
    counts(said)
    if ENDINGS[ending] not in said:
        raise Failure(f"{ending}: no change of state {ENDINGS[ending]}; tun_host said:\n{said}")


def refusals(bed: Bed, folder: str) -> None:
    """No listener: curl is refused by Sequent's RST, and Sequent by the kernel's."""
    host = bed.start(*bed.sequent("serve", "--port", "81", os.path.join(folder, "sent")))
    first_line(host, "tun_host")
    curl = subprocess.run(bed.inside("curl", "--silent", "--max-time", "5", f"http://{SEQUENT}/"), timeout=20)
    counted = counts(bed.end(host))
    refused = 7  # curl's exit status: failed to connect; 28 would be its time-out
    if curl.returncode != refused or counted["resets"] != 1:
        raise Failure(f"refusal by Sequent: curl's status {curl.returncode}, {counted['resets']} resets")
    fetch = subprocess.run(bed.inside(*bed.sequent("fetch", "/", "--host", KERNEL, "--port", "9", "--output",
                                                   os.path.join(folder, "nothing"))),
                           capture_output=True, text=True, timeout=20)
    if fetch.returncode != 1 or "connection reset" not in fetch.stderr:
        raise Failure(f"refusal by the kernel: status {fetch.returncode}, {fetch.stderr.strip()}")
    print("refusals: curl by Sequent, Sequent by the kernel")


def write_file(path: str, octets: int, seed: int) -> None:
    octet_source = random.Random(seed)
    with open(path, "wb") as file:
        for at in range(0, octets, 1 << 20):
            file.write(octet_source.randbytes(min(1 << 20, octets - at)))


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
