"""Folders of numpy arrays: written whole, memory-mapped, shared between processes, swapped without a restart."""

import json
import logging
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)
IN_FORCE, FACTS = "in-force", "facts.json"
GRACE = 3_600  # Seconds a version that was replaced, or never finished, is left to whoever may still open it.


@dataclass(frozen=True, eq=False)
class Mapped:
    """One version of a folder of arrays: its name, what its writer said of it, its arrays, read-only.

    The arrays live in the machine's page cache: as many processes as one likes share them. They stay readable when
    the version is replaced, even removed.
    """

    version: str
    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def write(home: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Path:
    """Write a new version in `home` and put it in force in one stroke; killed before that, the former one stays.

    `facts` are plain JSON. Returns the version's folder. Raises OSError when the disk refuses.
    """
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{time.time_ns():x}-", dir=home))
    try:
        for name, array in arrays.items():
            with (folder / f"{name}.npy").open("wb") as page:
                np.save(page, array, allow_pickle=False)
                _settle(page.fileno())
        with (folder / FACTS).open("w", encoding="utf-8") as page:
            page.write(json.dumps(dict(facts), ensure_ascii=False))
            page.flush()
            _settle(page.fileno())
        if former := _version_in_force(home):
            with suppress(FileNotFoundError):
                os.utime(home / former)  # Its grace begins now.
        put_in_force(home, folder.name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _sweep(home, keep=folder.name)
    return folder


def _settle(descriptor: int) -> None:
    """A power cut must not leave a version in force whose pages never reached the disk."""
    os.fsync(descriptor)


def put_in_force(home: Path, version: str) -> None:
    """The version of this name is the one that `current` gives from now on."""
    beside = home / f"{IN_FORCE}.{secrets.token_hex(4)}"
    beside.write_text(version, encoding="utf-8")
    os.replace(beside, home / IN_FORCE)  # noqa: PTH105


def _sweep(home: Path, *, keep: str) -> None:
    """Remove the versions replaced long enough ago that nobody is still about to open them."""
    for folder in home.iterdir():
        if folder.is_dir() and folder.name != keep and time.time() - folder.stat().st_mtime > GRACE:
            shutil.rmtree(folder, ignore_errors=True)


_opened: dict[Path, tuple[str, Mapped | None]] = {}


def current(home: Path) -> Mapped | None:
    """The version in force, opened once per process and again when another takes its place; None when there is none,
    or when its files are damaged, which is logged once.

    Costs one small read of a file.
    """
    version = _version_in_force(home)
    known = _opened.get(home)
    if known is None or known[0] != version:
        known = _opened[home] = (version, _open(home, version))
    return known[1]


def _version_in_force(home: Path) -> str:
    try:
        return (home / IN_FORCE).read_text(encoding="utf-8")
    except OSError:  # No folder, no file, no right to read: none.
        return ""


def _open(home: Path, version: str) -> Mapped | None:
    folder = home / version
    if not version or not (folder / FACTS).exists():
        return None
    try:
        arrays = {path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in sorted(folder.glob("*.npy"))}
        return Mapped(version, json.loads((folder / FACTS).read_text(encoding="utf-8")), arrays)
    except (OSError, ValueError, EOFError) as damaged:
        logger.error("The arrays of %s cannot be read (%s): write them again.", folder, type(damaged).__name__)
        return None
