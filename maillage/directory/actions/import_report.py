"""What an import did, as its makers count it and as a person reads it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from maillage.directory.data_inclusion import Rejected


@dataclass
class Tally:
    """What happened to one kind of record."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    kept_edits: int = 0


@dataclass
class Report:
    """What an import did, and what it refused."""

    source: str
    structures: Tally = field(default_factory=Tally)
    services: Tally = field(default_factory=Tally)
    rejected: list[Rejected] = field(default_factory=list)
    rejects_file: str = ""
    is_dry: bool = False
    warning: str = ""

    @property
    def changes(self) -> int:
        return sum(t.created + t.updated + t.withdrawn for t in (self.structures, self.services))

    def summary(self) -> str:
        """The report without what the rejected rows held: it is kept, and shown to people who read no record."""
        return " ".join(line for line in self.lines() if not line.startswith("  "))[:2_000]

    def lines(self) -> Iterator[str]:
        """The report as a person reads it."""
        for noun, e, mis, tally in (
            ("structures", "e", "mises", self.structures),
            ("services", "", "mis", self.services),
        ):
            yield (
                f"{noun} : {tally.read} lu{e}s, {tally.created} ajouté{e}s, {tally.updated} {mis} à jour, "
                f"{tally.unchanged} inchangé{e}s, {tally.withdrawn} retiré{e}s."
            )
        if kept := self.structures.kept_edits + self.services.kept_edits:
            s = "s" if kept > 1 else ""
            yield f"{kept} champ{s} corrigé{s} ici, gardé{s}."
        if self.warning:
            yield self.warning
        if self.rejected:
            s = "s" if len(self.rejected) > 1 else ""
            where = self.rejects_file or "(rien : essai à blanc)"
            yield f"{len(self.rejected)} ligne{s} refusée{s}, gardée{s} dans {where} :"
            yield from (f"  {rejected}" for rejected in self.rejected[:20])
            if len(self.rejected) > 20:
                yield f"  … et {len(self.rejected) - 20} autres."
        elif not self.changes:
            yield "Rien n'a changé."
