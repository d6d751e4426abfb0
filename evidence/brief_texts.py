"""The sentences of a brief that are kept as data: brief_texts.toml by service area, barrier and method, law.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from toolkit_portal.core.labels import label_key

FOLDER = Path(__file__).resolve().parent
_REST = "{label}"


def named(barriers: Iterable[str]) -> list[str]:
    """Barriers that say something, each once."""
    return list(
        {label_key(label): label for label in barriers if label_key(label) not in ("", "other")}.values()
    )


def cause_of(label: str) -> str:
    """Return what completes "because of …"; "" for the barrier "Other"."""
    return barrier_text(label, "cause") if named([label]) else ""


def barrier_text(label: str, part: str) -> str:
    """Return a barrier's "cause", "duty", "question" or "good_answer"; worded from its label if the file has none."""
    texts = _by_key("barriers").get(label_key(label), _texts()["fallback"])
    return str(texts[part]).replace(_REST, label)


def service_text(label: str, part: str) -> str:
    """Return what people go without ("missing") in a service area, or its name before the word "service"."""
    known = _by_key("services").get(label_key(label))
    if known:
        return str(known[part])
    if part == "service":
        return f"“{label}”" if label else "public"
    return f"what they need from services (“{label}”)" if label else str(_texts()["fallback"]["missing"])


def limits_of() -> dict[str, dict[str, Any]]:
    """Return the limits of each way of asking: "one", "many" and "always"."""
    texts: dict[str, dict[str, Any]] = _texts()["limits"]
    return texts


def question_text(which: str) -> tuple[str, str]:
    """Return the question that comes "first" or "last", and what a good answer shows."""
    texts = _texts()[f"question_{which}"]
    return texts["question"], texts["good_answer"]


def _by_key(part: str) -> dict[str, dict[str, str]]:
    return {label_key(label): texts for label, texts in _texts()[part].items()}


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "brief_texts.toml").read_text(encoding="utf-8"))


@cache
def law() -> dict[str, Any]:
    """Return the notice and the points of law.toml."""
    return tomllib.loads((FOLDER / "law.toml").read_text(encoding="utf-8"))
