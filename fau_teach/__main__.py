"""``python -m fau_teach`` is the command ``fau-teach``."""

from __future__ import annotations

import sys

from fau_teach.cli import main

if __name__ == "__main__":
    sys.exit(main())
