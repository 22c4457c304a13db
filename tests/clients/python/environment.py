"""What the scripts here are told by their environment."""

import os
import sys


def setting(name: str) -> str:
    """The value of a variable the script can't do without."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set")
    return value


def base_url() -> str:
    """Where the server under test listens, without a slash at the end."""
    return setting("SIXIN_URL").rstrip("/")


def optional(name: str) -> str:
    """The value of a variable that may be missing; empty then."""
    return os.environ.get(name, "")
