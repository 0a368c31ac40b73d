"""The one error of clips, and the checks that raise it."""

from __future__ import annotations

from fau_teach._records import Checks, RecordError


class ClipError(RecordError):
    """A clip, or a part of it, cannot be; place, problem and advice as in the base class."""


_checks = Checks(ClipError)
one_of, whole, real = _checks.one_of, _checks.whole, _checks.real
