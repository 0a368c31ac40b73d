"""The firmware tests need a simulated board; on Linux, continuous integration must have one."""

from __future__ import annotations

import os
import sys

import pytest

from fau_teach.emg.simavr import missing


@pytest.fixture(scope="session", autouse=True)
def parts() -> None:
    lacking = missing()
    if not lacking:
        return
    why = f"the simulated board needs the Debian packages {' '.join(lacking)}"
    if sys.platform == "linux" and os.environ.get("CI"):
        pytest.fail(f"{why}; here it has to run")
    pytest.skip(why)
