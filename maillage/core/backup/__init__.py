"""Keeping a copy of the house, and building the house again from it. The keys are never in the copy."""

from maillage.core.backup.contents import fingerprints
from maillage.core.backup.keys import Keys, keep_keys, read_keys
from maillage.core.backup.making import make_backup, remove_old
from maillage.core.backup.reading import Archive, examine
from maillage.core.backup.restoring import restore

__all__ = [
    "Archive",
    "Keys",
    "examine",
    "fingerprints",
    "keep_keys",
    "make_backup",
    "read_keys",
    "remove_old",
    "restore",
]
