"""What ``clarkson doctor`` says: the versions that run here, and whether the parts work together."""

from __future__ import annotations

import platform
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

from clarkson.intake import bytes_at, document_of
from clarkson.report.page import render

CASE = "example:pmc10372265-1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it works, what it is, and the detail."""

    works: bool
    what: str
    detail: str


def findings() -> tuple[Finding, ...]:
    """Everything that was looked at, the versions first."""
    checks = (("assessment", _assesses), ("page", _renders), ("loopback address", _binds))
    return (*_versions(), *(_tried(what, check) for what, check in checks))


def _versions() -> list[Finding]:
    found = [
        Finding(True, "clarkson", version("clarkson")),
        Finding(True, "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
    ]
    for requirement in requires("clarkson") or ():
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        optional = "extra ==" in requirement
        try:
            found.append(Finding(True, name, version(name)))
        except PackageNotFoundError:
            found.append(Finding(optional, name, "not installed" + " (only 'clarkson evaluate' needs it)" * optional))
    return found


def _tried(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(True, what, check())
    except Exception as error:  # a check may fail in any way, and the others still have to be told
        return Finding(False, what, f"{type(error).__name__}: {error}")


def _assesses() -> str:
    started = time.perf_counter()
    assessments = document_of(*bytes_at(CASE))["assessments"]
    seconds = time.perf_counter() - started
    return f"{CASE}, {len(assessments)} draws, the first says '{assessments[0]['verdict']}' ({seconds:.2f} s)"


def _renders() -> str:
    return f"{len(render(document_of(*bytes_at(CASE)), inline=True)) / 1024:.0f} KiB in one file"


def _binds() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return "127.0.0.1 can be served"
