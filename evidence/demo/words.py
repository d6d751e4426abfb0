"""Words of the demo county's evidence, from words.toml. Everything there is invented."""

import tomllib
from pathlib import Path
from typing import Any

_WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

# Name, kinds, and the services it runs as (name, service area).
ORGANISATIONS: list[tuple[str, list[str], list[list[str]]]] = [
    (entry["name"], entry["kinds"], entry["services"]) for entry in _WORDS["organisations"]
]
# Service area, what happened, what is needed instead, barriers, who is affected.
NEEDS: list[tuple[str, str, str, list[str], str]] = [
    (need["service"], need["happened"], need["needed"], need["barriers"], need["who"])
    for need in _WORDS["needs"]
]
QUOTES: list[tuple[str, str]] = [(quote["text"], quote["speaker"]) for quote in _WORDS["quotes"]]
# Title, who asked, sample, and questions as (text, kind, choices).
SURVEYS: list[tuple[str, str, str, list[tuple[str, str, list[str]]]]] = [
    (
        survey["title"],
        survey["asked_by"],
        survey["sample"],
        [(question["text"], question["kind"], question["choices"]) for question in survey["questions"]],
    )
    for survey in _WORDS["surveys"]
]
# Title, language, interpreting, and themes as [text, raised by, service area].
FOCUS_GROUPS: list[tuple[str, str, str, list[list[Any]]]] = [
    (group["title"], group["language"], group["interpreting"], group["themes"])
    for group in _WORDS["focus_groups"]
]
# Provider, service, service area, what the visitor asks for, and how.
SCENARIOS: list[tuple[str, str, str, str, str]] = [
    (item["provider"], item["service"], item["area"], item["scenario"], item["how"])
    for item in _WORDS["scenarios"]
]
# File name, how it is made, what it shows, and the lines in it.
FILES: list[tuple[str, str, str, list[str]]] = [
    (file["name"], file["kind"], file["description"], file["lines"]) for file in _WORDS["files"]
]
