"""Words of the demo county's papers and pieces of work, from words.toml. Everything there is invented."""

import tomllib
from pathlib import Path
from typing import Any

_WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

# By key of the kind of paper: held, and months and pounds where it has them.
PAPERS: dict[str, dict[str, Any]] = _WORDS["papers"]
# Reasons by key of the kind of paper, as (why, when).
NOT_NEEDED: dict[str, list[tuple[str, str]]] = {}
for _reason in _WORDS["not_needed"]:
    NOT_NEEDED.setdefault(_reason["paper"], []).append((_reason["why"], _reason["when"]))
# By state.
NOTES: dict[str, list[str]] = _WORDS["notes"]
# How each paper of the group whose lead can sign in has stood, by key of the kind.
OWN: dict[str, list[dict[str, Any]]] = {entry["paper"]: entry["story"] for entry in _WORDS["own"]}
FILES: list[dict[str, Any]] = _WORDS["files"]
WORKS: list[dict[str, Any]] = _WORDS["works"]
WORK_FILES: list[dict[str, Any]] = _WORDS["work_files"]
