"""A server herd in Python: asyncio protocols, on uvloop where it is installed.

    herd.py NAME LINE_PORT PEER_PORT [NEIGHBOUR=PEER_PORT]...

Clients speak the line protocol (docs/protocol.md) without places. Neighbours keep one connection, which the smaller name
dials: its first line is the dialling server's name, all others are AT lines. What Python does slowly is done for a whole
read at once in C: one regular expression finds all reports, one join makes all replies.
"""

import asyncio
import gc
import re
import sys
import time

try:
    import uvloop
except ImportError:
    uvloop = None

LOCATION = rb"[+-]0*(?:[0-8]?\d(?:\.\d+)?|90(?:\.0+)?)[+-]0*(?:(?:1[0-7]|\d)?\d(?:\.\d+)?|180(?:\.0+)?)"
REPORTS = re.compile(rb"(?m)^IAMAT (\S{1,4096}) (" + LOCATION + rb") (\d{1,9}|[1-8]\d{9})\.(\d{9})$")
is_location = re.compile(LOCATION).fullmatch
is_time = re.compile(rb"0*(\d{1,10})(?:\.(\d*))?").fullmatch
is_radius = re.compile(rb"0*(?:[1-4]?\d(?:\.\d+)?|50(?:\.0+)?)").fullmatch
is_bound = re.compile(rb"0*(?:1?\d|20)").fullmatch

NO_PLACES = b'{\n "html_attributions": [],\n "results": [],\n "status": "ZERO_RESULTS"\n}\n\n'
LINE_BYTES_MAX = 65536
LINK_BUFFER_BYTES = 262144
REDIAL_S = 0.1
SECOND = 1_000_000_000


class Table:
    """The newest record of every client: (client time in ns, AT line). The greater tuple is the newer record."""

    def __init__(self, name):
        self.name = name
        self.records = {}
        self.links = {}
        self.fresh = {}  # {link that taught it, or None: {client: AT line}} since the last flush

    def hear(self, reports):
        """Answers reports as (client, location, seconds, nine digits)."""
        records, name, fresh, now = self.records, self.name, self.fresh_from(None), time.time_ns()
        replies = []
        for client, location, seconds, fraction in reports:
            at = int(seconds + fraction)
            late = now - at
            line = b"AT %b %b%d.%09d %b %b %b.%b\n" % (
                name, b"+" if late >= 0 else b"-", abs(late) // SECOND, abs(late) % SECOND, client, location, seconds, fraction)
            replies.append(line)
            held = records.get(client)
            if held is None or at > held[0] or ((at, line) > held and not is_same_report(line, held[1])):
                records[client] = (at, line)
                fresh[client] = line
        return b"".join(replies)

    def hear_oddly_written(self, client, location, stamp):
        """The answer to one valid report that REPORTS does not find; None if it is not valid."""
        written = is_time(stamp)
        if len(client) > 4096 or not is_location(location) or not written or int(written[1]) > 9_223_372_035:
            return None
        at = time_ns(stamp)
        late = time.time_ns() - at
        line = b"AT %b %b%d.%09d %b %b %b\n" % (
            self.name, b"+" if late >= 0 else b"-", abs(late) // SECOND, abs(late) % SECOND, client, location, stamp)
        held = self.records.get(client)
        if held is None or ((at, line) > held and not is_same_report(line, held[1])):
            self.records[client] = (at, line)
            self.fresh_from(None)[client] = line
        return line

    def learn(self, lines, link):
        """Takes AT lines from a neighbour."""
        records, fresh = self.records, self.fresh_from(link)
        for line in lines:
            client = line.split(b" ", 4)[3]
            held = records.get(client)
            line += b"\n"
            if held is not None and held[1] == line:
                continue
            record = (time_ns(line[line.rindex(b" ") + 1:-1]), line)
            if held is None or record > held:
                records[client] = record
                fresh[client] = line

    def fresh_from(self, link):
        if not self.fresh:
            asyncio.get_running_loop().call_soon(self.flush)
        return self.fresh.setdefault(link, {})

    def flush(self):
        """Passes on what one turn of the event loop brought, in one write for each link."""
        fresh, self.fresh = self.fresh, {}
        for teacher, records in fresh.items():
            lines = b"".join(records.values())
            for link in self.links.values():
                if lines and link is not teacher:
                    link.send(lines, records)


def time_ns(stamp):
    seconds, _, fraction = stamp.partition(b".")
    return int(seconds + (fraction if len(fraction) == 9 else fraction.ljust(9, b"0")[:9]))


def is_same_report(line, other):
    """Whether they differ in nothing but the server and its clock: a repetition, which is no change."""
    return line.split(b" ", 3)[3] == other.split(b" ", 3)[3]


class Client(asyncio.Protocol):
    def __init__(self, table):
        self.table = table
        self.rest = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if self.rest:
            data = self.rest + data
        end = data.rfind(b"\n") + 1
        data, self.rest = data[:end], data[end:]
        reports = REPORTS.findall(data)
        if len(reports) == data.count(b"\n"):
            replies = self.table.hear(reports)
        else:
            replies = b"".join([self.answer(line) for line in data.split(b"\n")[:-1]])
        if replies:
            self.transport.write(replies)
        if len(self.rest) > LINE_BYTES_MAX:
            self.transport.write(b"? " + self.rest[:64] + b"\n")
            self.transport.close()

    def answer(self, line):
        fields = line.split()
        if not fields:
            return b""
        reply = None
        if len(fields) == 4 and fields[0] == b"IAMAT":
            report = REPORTS.findall(b" ".join(fields))
            reply = self.table.hear(report) if report else self.table.hear_oddly_written(*fields[1:])
        elif len(fields) == 4 and fields[0] == b"WHATSAT" and is_radius(fields[2]) and is_bound(fields[3]):
            held = self.table.records.get(fields[1])
            reply = held and held[1] + NO_PLACES
        return reply or b"? " + line.strip() + b"\n"

    def eof_received(self):
        if self.rest:
            self.transport.write(self.answer(self.rest))
        return False  # closes when all is written

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class Link(asyncio.Protocol):
    """A connection to a neighbour. While its socket is full, it remembers only who changed."""

    def __init__(self, table, neighbour=None):
        self.table = table
        self.neighbour = neighbour
        self.rest = b""
        self.is_full = False
        self.waiting = {}
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=LINK_BUFFER_BYTES)
        if self.neighbour:
            transport.write(self.table.name + b"\n")
            self.begin()

    def begin(self):
        self.table.links[self.neighbour] = self
        self.waiting = dict.fromkeys(self.table.records)
        self.resume_writing()

    def data_received(self, data):
        if self.rest:
            data = self.rest + data
        lines = data.split(b"\n")
        self.rest = lines.pop()
        if lines and not self.neighbour:
            self.neighbour = lines.pop(0)
            self.begin()
        self.table.learn(lines, self)

    def send(self, lines, records):
        if self.is_full:
            self.waiting.update(dict.fromkeys(records))
        else:
            self.transport.write(lines)

    def pause_writing(self):
        self.is_full = True

    def resume_writing(self):
        self.is_full = False
        while self.waiting and not self.is_full:
            some = [client for client, _ in zip(self.waiting, range(1000))]
            for client in some:
                del self.waiting[client]
            self.transport.write(b"".join([self.table.records[client][1] for client in some]))

    def connection_lost(self, error):
        if self.table.links.get(self.neighbour) is self:
            del self.table.links[self.neighbour]
        self.closed.set_result(None)


async def keep_link(table, neighbour, port):
    while True:
        try:
            loop = asyncio.get_running_loop()
            _, link = await loop.create_connection(lambda: Link(table, neighbour), "127.0.0.1", port)
            await link.closed
        except OSError:
            pass
        await asyncio.sleep(REDIAL_S)


async def serve(name, line_port, peer_port, neighbours):
    loop = asyncio.get_running_loop()
    table = Table(name.encode())
    await loop.create_server(lambda: Client(table), "127.0.0.1", line_port, backlog=4096)
    await loop.create_server(lambda: Link(table), "127.0.0.1", peer_port)
    dialled = [neighbour.split("=") for neighbour in neighbours if neighbour.split("=")[0] > name]
    await asyncio.gather(*(keep_link(table, other.encode(), int(port)) for other, port in dialled))
    await asyncio.Event().wait()


if __name__ == "__main__":
    gc.disable()  # records are no cycles, and looking for some among a million of them takes long
    if uvloop:
        uvloop.install()
    try:
        asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
    except KeyboardInterrupt:
        pass
