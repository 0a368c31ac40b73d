"""Serve the built book on this machine only."""

from __future__ import annotations

import argparse
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"


class Handler(SimpleHTTPRequestHandler):
    """Quiet, and never cached, so that a rebuilt page shows at once."""

    def end_headers(self) -> None:
        """Add the header that forbids caching."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing for each request."""


def main() -> None:
    """Serve until interrupted; take the next free port where the first is taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    first = parser.parse_args().port
    if not (HTML / "index.html").exists():
        sys.exit("serve: the book is not built yet; type: make book")
    handler = functools.partial(Handler, directory=str(HTML))
    for port in range(first, first + 20):
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            continue
        print(f"serve: the book is at http://127.0.0.1:{port}/ (stop with Ctrl+C)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
        return
    sys.exit(f"serve: ports {first} to {first + 19} are taken; type: make serve PORT=9000")


if __name__ == "__main__":
    main()
