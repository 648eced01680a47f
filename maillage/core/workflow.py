"""How a thing changes state: the table says what may happen, `apply` makes it happen, nobody else writes the state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar, Unpack

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from maillage.core import clock, concurrency, journal
from maillage.core.models import Stateful, Versioned
from maillage.core.refusals import Refused

M = TypeVar("M", bound=Stateful)
WORKFLOWS: dict[str, "Workflow[Any]"] = {}


def no_obstacle(thing: Any) -> Refused | None:
    """Nothing stands in the way."""
    return None


@dataclass(frozen=True)
class Transition:
    """One line of the table. `allowed` is a rule, or a function (reader, thing) whose docstring says who, in French.

    `obstacle` says what the law still asks of the thing, as a refusal with its article; `asks` is the label of a
    sentence that must come with it, which the action keeps with the thing (the journal holds no sentence).
    """

    name: str
    label: str | Promise
    sources: tuple[str, ...]
    target: str
    allowed: Callable[[Any, Any], bool]
    obstacle: Callable[[Any], Refused | None] = no_obstacle
    asks: str | Promise = ""


@dataclass(frozen=True)
class Case:
    """One square of the matrix: from this state, this transition is possible or refused."""

    workflow: "Workflow[Any]"
    state: str
    transition: Transition
    possible: bool

    def __str__(self) -> str:
        return f"{self.workflow.model.__name__}-{self.state}-{self.transition.name}"


class Sent(TypedDict, total=False):
    """What a form brings: its one-use key, the sentence asked for, the version that was read."""

    key: str
    sentence: str
    expected_version: int | None


@dataclass(frozen=True, eq=False)
class Workflow(Generic[M]):
    """The states of a model and the table of what moves it. Made once, in the room's `workflows.py`.

    `births`: the states in which a thing may be made, besides the field's default; `born` makes it.
    """

    model: type[M]
    states: type[models.TextChoices]
    transitions: tuple[Transition, ...]
    field: str = "state"
    births: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [move.name for move in self.transitions]
        used = {state for move in self.transitions for state in (*move.sources, move.target)} | set(self.births)
        if len(set(names)) < len(names) or not used <= set(self.states.values):
            raise ValueError(f"{self.model.__name__}: a transition needs a name of its own and states that exist.")
        if any(len(self.verb(move)) > journal.LONGEST_VERB for move in self.transitions):
            raise ValueError(f"{self.model.__name__}: a transition's name is too long for the journal.")
        if WORKFLOWS.setdefault(self.model._meta.label_lower, self) is not self:
            raise ValueError(f"{self.model.__name__} already has a workflow.")

    def named(self, name: str) -> Transition:
        """The transition of that name; LookupError when the table has none."""
        for move in self.transitions:
            if move.name == name:
                return move
        raise LookupError(f"{self.model.__name__} has no transition {name!r}.")

    def verb(self, move: Transition) -> str:
        """The word of the journal: « directory.submission_publish »."""
        return f"{self.model._meta.app_label}.{self.model._meta.model_name}_{move.name}"

    def state_of(self, thing: M) -> str:
        return str(getattr(thing, self.field))

    def open_to(self, reader: Any, thing: M) -> list[Transition]:
        """The transitions whose button this reader sees: one question for each distinct rule."""
        candidates = [move for move in self.transitions if self.state_of(thing) in move.sources]
        granted = {law for law in {move.allowed for move in candidates} if law(reader, thing)}
        return [move for move in candidates if move.allowed in granted]

    def obstacle(self, name: str, thing: M) -> Refused | None:
        """What still stands in the way of a transition, to be said before anyone presses the button."""
        return self.named(name).obstacle(thing)

    def apply(
        self, name: str, thing: M, *, by: Any, then: Callable[[M], None] | None = None, **sent: Unpack[Sent]
    ) -> M:
        """Move the thing, or raise Refused, nothing changed. `then(current)` does what follows, all or nothing.

        `by` is a user, or None for the house itself. Spends `key` (raises AlreadyDone); refuses when
        `expected_version` is no longer the thing's. Returns the thing as it now stands; the one given is brought up
        to date.
        """
        move = self.named(name)
        with journal.act():
            if key := sent.get("key"):
                concurrency.once(key)
            # Read again under a lock of its row; SQLite's transactions, begun for writing, queue as a whole.
            current = self.model._base_manager.select_for_update(of=("self",)).get(pk=thing.pk)
            before = self.state_of(current)
            self._check(move, current, by=by, sent=sent)
            self._write(move, current)
            if then:
                then(current)
            journal.record(by, self.verb(move), current, before=before, after=move.target)
        for column in (self.field, "state_since", *(["version"] if isinstance(thing, Versioned) else [])):
            setattr(thing, column, getattr(current, column))
        return current

    def _check(self, move: Transition, current: M, *, by: Any, sent: Sent) -> None:
        expected = sent.get("expected_version")
        if self.state_of(current) not in move.sources:
            raise self._moved(move, current)
        if not move.allowed(by, current):
            raise Refused(_("« %(action)s » ne vous est pas ouvert ici.") % {"action": move.label})
        if expected is not None and isinstance(current, Versioned) and current.version != expected:
            raise Refused(
                _("Quelqu'un a modifié cette page depuis que vous l'avez ouverte."),
                instead=_("Relisez-la, puis recommencez : rien n'a été fait."),
            )
        if refusal := move.obstacle(current):
            raise refusal
        if move.asks and not sent.get("sentence", "").strip():
            raise Refused(
                _("« %(action)s » demande une phrase : %(asked)s") % {"action": move.label, "asked": move.asks}
            )

    def _write(self, move: Transition, current: M) -> None:
        values: dict[str, Any] = {self.field: move.target, "state_since": clock.now()}
        if isinstance(current, Versioned):
            values["version"] = current.version + 1
        self.model._base_manager.filter(pk=current.pk).update(**values)
        for name, value in values.items():
            setattr(current, name, value)

    def _moved(self, move: Transition, current: M) -> Refused:
        state = self.states(self.state_of(current)).label
        sentence = _("« %(action)s » n'est plus possible : l'état est maintenant « %(state)s ».")
        return Refused(sentence % {"action": move.label, "state": state}, instead=_("Rechargez la page."))

    def born(self, state: str, **values: Any) -> M:
        """Make a thing that begins in one of the `births`. The action that makes it writes the journal's line."""
        if state not in {*self.births, self.initial()}:
            raise ValueError(f"No {self.model.__name__} is born {str(state)!r}.")
        return self.model._base_manager.create(**{self.field: state, "state_since": clock.now()} | values)

    def matrix(self) -> list[Case]:
        """Every state with every transition, and whether the table lets it pass."""
        return [
            Case(self, state, move, state in move.sources) for state in self.states.values for move in self.transitions
        ]

    def initial(self) -> str:
        """The state in which things are born."""
        return self.state_of(self.model())

    def drawing(self) -> str:
        """The workflow as Mermaid, for docs/workflows.md."""
        words = [f"    {state} : {label}" for state, label in self.states.choices]
        arrows = [
            f"    {source} --> {move.target} : {move.label}" for move in self.transitions for source in move.sources
        ]
        births = [f"    [*] --> {state}" for state in (self.initial(), *self.births)]
        return "\n".join(["stateDiagram-v2", *words, *births, *arrows])


def cases(*workflows: Workflow[Any]) -> list[Case]:
    """The whole matrix of these workflows, or of all of them: what each room's test goes through."""
    return [case for workflow in workflows or WORKFLOWS.values() for case in workflow.matrix()]
