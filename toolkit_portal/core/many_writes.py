"""Work that follows each record that is written, done once at the end where many are written in one transaction."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Act = Callable[[set[int]], None]
_waiting: ContextVar[dict[Act, set[int]] | None] = ContextVar("waiting", default=None)


@contextmanager
def writing_many() -> Iterator[None]:
    """Within it, what is postponed waits for the end. Stands inside the transaction, so that both are kept or neither.

    After an error what waits is dropped. One inside another waits for the outer one.
    """
    if _waiting.get() is not None:
        yield
        return
    waiting: dict[Act, set[int]] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for act, ids in waiting.items():
        act(ids)


def postponed(act: Act, ids: Iterable[int]) -> bool:
    """Whether act will be called with these ids at the end; False where it must be done now."""
    waiting = _waiting.get()
    if waiting is None:
        return False
    waiting.setdefault(act, set()).update(ids)
    return True
