"""A real server on loopback for plain files, and for the forms of Hugging Face and Google Drive."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DRIVE_PAGE = "drive.google.com/uc?id=1Molt2up2bP41ekeczXWQU-LWTskKJOV2"
DRIVE_FILE = "drive.usercontent.google.com/download?id=1&confirm=t"

# In one line, as Google Drive sends it.
CONFIRM_PAGE = (
    b"<!DOCTYPE html><html><head><title>Virus scan warning</title></head><body>"
    b'<form id="download-form" action="https://drive.usercontent.google.com/download" method="get">'
    b'<input type="hidden" name="id" value="1"><input type="hidden" name="confirm" value="t">'
    b"</form></body></html>"
)

QUOTA_PAGE = b"""<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head>
<body><p class="uc-error-caption">Sorry, you can't view or download this file at this time.</p>
<p class="uc-error-subcaption">Too many users have viewed or downloaded this file recently.</p>
</body></html>"""


@dataclass
class FileServer:
    """What is served and how, and what was requested.

    Attributes:
        files: content by path, with its query if there is one.
        pages: HTML by path.
        cuts: the next answers end after so many bytes, in turn.
        announced: a length to announce instead of the true one.
        ranges: the ``Range`` header of every GET so far.
        port: 0 until the server runs; it then keeps its port.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    announced: int | None = None
    ranges: list[str | None] = field(default_factory=list)
    port: int = 0

    def address(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    @contextmanager
    def running(self) -> Iterator["FileServer"]:
        """Serve until the end of the block; a second time at the same port."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(served: FileServer) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"served": served})


class _Handler(BaseHTTPRequestHandler):
    served: FileServer

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self.served.ranges.append(self.headers.get("Range"))
        content = self._answer()
        cut = self.served.cuts.pop(0) if self.served.cuts else None
        with suppress(ConnectionError):  # the client may have left
            self.wfile.write(content[:cut])

    def _answer(self) -> bytes:
        """Send the headers and return the body."""
        path = self.path.lstrip("/")
        page = self.served.pages.get(path)
        content = page or self.served.files.get(path)
        if content is None:
            self.send_error(404)
            return b""
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        begin = self._begin(tag)
        self.send_response(206 if begin else 200)
        if begin:
            place = f"bytes {begin}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", place)
        self.send_header("Content-Length", str(self.served.announced or len(content) - begin))
        self.send_header("Content-Type", "text/html" if page else "application/octet-stream")
        if not page:
            self.send_header("ETag", tag)
            self.send_header("X-Repo-Commit", "0" * 40)
            self.send_header("Content-Disposition", 'attachment; filename="served"')
        self.end_headers()
        return content[begin:]

    def _begin(self, tag: str) -> int:
        wanted = self.headers.get("Range")
        if not wanted or self.headers.get("If-Range", tag) != tag:
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""
