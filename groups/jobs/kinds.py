"""The kinds of work that can be a job. Each app registers its own when it starts."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from groups.models import Job, User
from groups.sign_in import PortalBackend

if TYPE_CHECKING:
    from groups.jobs.context import JobContext

Params: TypeAlias = Mapping[str, object]
# Ids, dates, keys of choices: nothing that could be somebody's words.
_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]{0,64}")


class JobFault(Exception):
    """The work can't be done as asked, and trying again wouldn't help. The message is for the person who asked."""


@dataclass(frozen=True)
class Covers:
    """Whose data the result may hold. Exactly one of these, or none where it holds no group's.

    An erased group takes the jobs that name it with it, and the results of those wide enough to hold its rows.
    """

    groups: tuple[int, ...] = ()
    lio: int | None = None
    county: bool = False

    def __post_init__(self) -> None:
        if bool(self.groups) + (self.lio is not None) + self.county > 1:
            raise ValueError("A job covers groups, an LIO or the county: say one.")

    @property
    def scope(self) -> Job.Scope:
        """The same as the job's record has it."""
        if self.county:
            return Job.Scope.COUNTY
        if self.lio is not None:
            return Job.Scope.LIO
        return Job.Scope.GROUPS if self.groups else Job.Scope.NOBODY


@dataclass(frozen=True)
class Result:
    """What has come of a job: the name and type of its file, where it made one, and counts of what was done."""

    filename: str = ""
    content_type: str = "application/octet-stream"
    report: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """One kind of long work.

    may: whether this person may have it with these parameters, asked when it is queued, while it runs and when its
    file is fetched. covers: whose data it holds, asked once, when it is queued. run: does it; may be called again
    after a crash, so what it changes must be the same when it is done twice. done: called once the result is there for
    certain, such as to tell its owner; a fault in it changes nothing of the job. ways: address and words of pages that
    its page leads back to.
    """

    key: str
    words: str
    may: Callable[[User, Params], bool]
    covers: Callable[[User, Params], Covers]
    run: "Callable[[JobContext], Result]"
    # Ask who is there (groups.sign_in.to_proof) before it is queued and before its file is fetched.
    needs_proof: bool = False
    most_seconds: int = 30 * 60
    done: Callable[[Job], None] | None = None
    ways: Callable[[Params], Iterable[tuple[str, str]]] = lambda params: ()


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Adds a kind of work. Raises ValueError where another has its key."""
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"There are two kinds of job with the key {kind.key}.")


def forget(key: str) -> None:
    """Takes a kind out again."""
    _kinds.pop(key, None)


def kind_of(key: str) -> JobKind | None:
    """The kind with that key; None for one that this version of the portal doesn't know."""
    return _kinds.get(key)


def checked(params: Params) -> dict[str, object]:
    """The parameters as they are stored. Raises ValueError for anything but numbers, yes or no, ids, dates, keys."""

    def plain(value: object) -> bool:
        if isinstance(value, list | tuple):
            return all(plain(one) for one in value)
        return (
            value is None
            or isinstance(value, int)
            or (isinstance(value, str) and bool(_PLAIN.fullmatch(value)))
        )

    found: dict[str, object] = {}
    for name, value in params.items():
        if not plain(value):
            raise ValueError(
                f"The parameter {name} of a job must be an id, a date or a key, not somebody's words."
            )
        found[name] = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
    return found


def may_have(kind: JobKind, owner_id: int, params: Params) -> User | None:
    """The owner, read anew, where they may sign in and have this work now; None where they may not."""
    owner = PortalBackend().get_user(owner_id)
    return owner if owner is not None and kind.may(owner, params) else None
