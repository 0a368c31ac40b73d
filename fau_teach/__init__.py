"""Facial action units, from nerve to label: the package behind the handbook.

The modules follow the causal chain. The knowledge layer (``anatomy``, ``facs``,
``emotion``) needs the standard library alone, so it loads in milliseconds and
runs in any browser. Everything heavier loads where it is first needed.
"""

__version__ = "0.1.0"
