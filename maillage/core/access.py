"""Who may do what. A rule is a French sentence and one Q, read two ways; a door is a lock on a view."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import EmptyResultSet
from django.db.models import Expression, Model, Q, QuerySet, Subquery
from django.db.models import F as Column
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from maillage.core import journal
from maillage.core.http import View

LOCK = "access"
M = TypeVar("M", bound=Model)
F = TypeVar("F", bound=Callable[..., Any])


class Reader(Protocol):
    """Whoever reads: a user, a signed link, an API key, or nobody (Django's AnonymousUser)."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def pk(self) -> Any: ...


class SessionOver(Exception):
    """Someone sends a form to a locked door without being signed in: their session has probably ended meanwhile."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One sentence of the house law. Call it for one thing, use `among` for many: the answers never differ."""

    room: str
    name: str
    sentence: str
    model: type[Model]
    condition: Callable[[Any], Q]

    def __call__(self, reader: Any, thing: Model) -> bool:
        return self.among(self.model._base_manager.filter(pk=thing.pk), reader).exists()

    def among(self, things: QuerySet[M], reader: Any) -> QuerySet[M]:
        return things.filter(self.condition(reader))

    def question(self, reader: Any) -> str:
        """What this rule would ask of the database for this reader: compared, never run; empty if it opens nothing."""
        try:
            return str(self.among(self.model._base_manager.all(), reader).query)
        except EmptyResultSet:
            return ""


@dataclass(frozen=True)
class Lock:
    """What stands on a door: shown in docs/access.md, demanded of every URL by a test of the laws."""

    kind: str
    rule: Rule | None = None
    roles: tuple[str, ...] = ()
    reads: str = ""


RULES: dict[str, Rule] = {}


def rule(model: type[Model]) -> Callable[[Callable[[Any], Q]], Rule]:
    """Register a rule; its docstring is the sentence a data protection officer reads."""

    def register(condition: Callable[[Any], Q]) -> Rule:
        room = condition.__module__.split(".")[1]
        sentence = " ".join((condition.__doc__ or "").split())
        made = Rule(room, condition.__name__, sentence, model, condition)
        if not sentence or RULES.setdefault(f"{room}.{made.name}", made) is not made:
            raise ValueError(f"{room}.{made.name}: a rule needs one name of its own and one sentence.")
        return made

    return register


def allow(law: Rule, *, reads: str = "") -> Callable[[View], View]:
    """Fetch the thing `pk` through the rule, or answer 404.

    With `reads`, each visit is a line of the journal under that verb, written before the page leaves: a page whose
    reading cannot be written down is not shown.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def locked(request: HttpRequest, pk: int, **kwargs: object) -> HttpResponseBase:
            thing = law.among(law.model._default_manager.all(), request.user).filter(pk=pk).first()
            if thing is None:
                raise _no_page(request)
            response = view(request, thing, **kwargs)
            if reads:
                journal.record(request.user, reads, thing)
            return response

        return _locked(locked, Lock("rule", rule=law, reads=reads))

    return decorate


def allow_list(law: Rule, *, roles: tuple[str, ...] = (), needs_reach: bool = False) -> Callable[[View], View]:
    """Give the view every thing the reader may read, and nothing else. With `roles`, others find no page at all.

    With `needs_reach`, neither does someone to whom the rule would never open anything, whatever there is.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def locked(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
            if roles and not any(has_role(request.user, role) for role in roles):
                raise _no_page(request)
            if needs_reach and not law.question(request.user):
                raise _no_page(request)
            return view(request, law.among(law.model._default_manager.all(), request.user), **kwargs)

        return _locked(locked, Lock("list", rule=law, roles=roles))

    return decorate


def allow_role(*roles: str) -> Callable[[View], View]:
    """Open a page that has no object yet to whoever holds one of these roles; others find no page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def locked(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
            if not any(has_role(request.user, role) for role in roles):
                raise _no_page(request)
            return view(request, **kwargs)

        return _locked(locked, Lock("role", roles=roles))

    return decorate


def public(view: F) -> F:
    """A door without a lock, on purpose."""
    setattr(view, LOCK, Lock("public"))
    return login_not_required(view)


def guarded_by_token(view: F) -> F:
    """A door that checks a token of its own, given by the operator."""
    setattr(view, LOCK, Lock("token"))
    return login_not_required(view)


def allow_oneself(view: F) -> F:
    """Open a page about the visitor's own account to whoever has signed in; others are asked to sign in first."""
    setattr(view, LOCK, Lock("oneself"))
    return view


def _no_page(request: HttpRequest) -> Exception:
    """The same answer whether the thing exists or not; to a form sent signed out, that it was not lost."""
    return SessionOver() if request.method == "POST" and not request.user.is_authenticated else Http404()


def has_role(reader: Any, role: str) -> bool:
    """Whether this reader holds the role. Being a superuser gives none."""
    return bool(reader.is_authenticated and reader.is_active and role in reader.roles())


def paths_of_many_rows(model: type[Model], condition: Q) -> Iterator[str]:
    """The lookups of a condition that would join many rows: they multiply results and ruin the plan."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from paths_of_many_rows(model, child)
        elif isinstance(child, tuple):
            for path in (child[0], *_columns(child[1])):
                if _crosses_many(model, path):
                    yield f"{model._meta.label}: {path}"


def _columns(value: Any) -> Iterator[str]:
    """The paths a condition compares with: F("name"), alone, in a list or inside an expression."""
    if isinstance(value, Column):
        yield value.name  # type: ignore[attr-defined]
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _columns(inner)
    elif isinstance(value, Expression) and not isinstance(value, Subquery):
        for inner in value.get_source_expressions():
            yield from _columns(inner)


def _crosses_many(model: type[Model], lookup: str) -> bool:
    here: type[Model] | None = model
    for step in lookup.split("__"):
        names = {f.name: f for f in here._meta.get_fields()} if here else {}
        field = names.get(step)
        if field is None or not field.is_relation:
            return False
        if field.many_to_many or field.one_to_many:
            return True
        here = field.related_model
    return False


def _locked(view: View, lock: Lock) -> View:
    """The rule alone decides, for nobody too: what a rule opens to all must not hide behind the sign-in page."""
    setattr(view, LOCK, lock)
    return login_not_required(view)
