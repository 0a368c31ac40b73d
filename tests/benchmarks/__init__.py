"""Speed as a ratio against the named alternative, both measured in one run."""
