"""What clients and servers do with one another on the test bed. Each raises Failure if something does not hold."""

import os
import signal
import subprocess
import sys
import time
from typing import NamedTuple

from support.bed import KERNEL, SEQUENT, Bed, Failure, counts, digest, first_line, run, write_file


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
    """A client that asks for the file and ends as its name says: the end of its direction is also the end of its
    request, and it reads on to the end of `octets` of body; or the host, process `host`, is stopped until it has a
    request and a FIN to find, so that both FINs cross; or it reads a little and resets."""
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
    """Serves a client with a small buffer that reads nothing for a while: Sequent has to probe the closed window, and
    to go on when it opens."""
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
    # Without SACK the host answers each packet before it reads the next, so that its FIN crosses the peer's.
    each = ["--no-sack"] if ending == "simultaneous-close" else []
    host = bed.start(*bed.sequent(*options, *each, "--verbose", "serve", file))
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
