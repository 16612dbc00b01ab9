"""A real server of files on loopback, which can be told to misbehave."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What is served, how, and what was asked for.

    Attributes:
        files: from name to content.
        cuts: the next answers end after so many bytes, one after the other.
        ranges: whether parts of files are served.
        tagged: whether files have an entity tag.
        announced: a length to announce instead of the true one.
        asked: the ``Range`` of every request so far.
    """

    files: dict[str, bytes]
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    tagged: bool = True
    announced: int | None = None
    asked: list[str | None] = field(default_factory=list)
    port: int = 0

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    @contextmanager
    def running(self) -> Iterator["FileServer"]:
        """Serve until the end of the block; a second time at the same port."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield self
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(served: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            served.asked.append(wanted)
            content = served.files.get(self.path.lstrip("/"))
            if content is None:
                self.send_error(404)
                return
            tag = f'"{hashlib.md5(content).hexdigest()}"'
            begin = 0
            if wanted and served.ranges and self.headers.get("If-Range") == tag:
                begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if begin else 200)
            if begin:
                place = f"bytes {begin}-{len(content) - 1}/{len(content)}"
                self.send_header("Content-Range", place)
            self.send_header("Content-Length", str(served.announced or len(content) - begin))
            if served.tagged:
                self.send_header("ETag", tag)
            self.end_headers()
            cut = served.cuts.pop(0) if served.cuts else None
            with suppress(ConnectionError):  # who asked may have left
                self.wfile.write(content[begin:][:cut])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
