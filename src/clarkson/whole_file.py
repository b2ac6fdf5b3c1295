"""A file, or a folder of files, is written whole or not at all, and only its owner can read it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clarkson.errors import SettingError

_FILE_MODE, _FOLDER_MODE = 0o600, 0o700


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A partial file beside `path`, readable by its owner only, that takes its place when the block ends well.

    Raises SettingError where `path` has no folder, or is something else than a file.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "a.txt") as partial:
    ...         _ = partial.write_text("all of it")
    ...     (Path(folder) / "a.txt").read_text()
    'all of it'
    """
    if not path.parent.is_dir():
        raise SettingError(f"there is no folder '{path.parent}' to write '{path.name}' in")
    if path.exists() and not path.is_file():
        raise SettingError(f"'{path}' is no file, and is not replaced")
    # The suffix stays: it tells some writers which format is meant.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A partial folder beside `path`, for its owner only, that takes its place when the block ends well.

    Raises SettingError where `path` has no folder to lie in, or is there already.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_folder(Path(folder) / "a") as partial:
    ...         _ = (partial / "b.txt").write_text("all of it")
    ...     (Path(folder) / "a" / "b.txt").read_text()
    'all of it'
    """
    if not path.parent.is_dir():
        raise SettingError(f"there is no folder '{path.parent}' to make '{path.name}' in")
    if path.exists():
        raise SettingError(f"'{path}' exists already, and is not replaced")
    partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield partial
        for file in (each for each in partial.rglob("*") if each.is_file()):
            file.chmod(_FILE_MODE)
            with file.open("rb") as written:
                os.fsync(written.fileno())
        for folder in (each for each in partial.rglob("*") if each.is_dir()):
            folder.chmod(_FOLDER_MODE)
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
