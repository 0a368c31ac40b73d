"""Serve the built book on this machine only: ``python3 serve.py``; needs nothing but Python."""

from __future__ import annotations

import argparse
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

HERE = Path(__file__).resolve()
# A built book carries a copy of this file at its top.
HTML = HERE.parent if (HERE.parent / "index.html").exists() else HERE.parents[2] / "_build" / "html"


class Handler(SimpleHTTPRequestHandler):
    """Quiet, never stale, and sure of the types without which browsers refuse a script."""

    # Windows may have any type for these in its registry.
    extensions_map: ClassVar[dict[str, str]] = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        """Let browsers keep a file and ask each time whether it is still current."""
        self.send_header("Cache-Control", "no-cache")
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
