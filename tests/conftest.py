"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# A slow machine is no failure; examples are the same on every machine.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
