"""A person at work on the portal: signs in, looks at pages, logs visits, and thinks in between."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from django.utils import timezone

PASSWORD = "derbyshire-demo"
PATIENCE = 60
SAID = "We talked about the autumn tender. They will ask the council for the equality check, and call us in two weeks."


@dataclass
class Seen:
    """Seconds from asking to the last byte, by page, redirects among them; and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _Fields(HTMLParser):
    """The fields of the page's forms with what they hold, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        name, kind, value = facts.get("name") or "", facts.get("type"), facts.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in facts or self._select not in self.found):
            self.found[self._select] = value
        elif name and (
            (tag in {"input", "textarea"} and kind not in {"submit", "file", "radio", "checkbox"})
            or (tag == "input" and "checked" in facts)
        ):
            self.found[name] = value


class Visitor:
    """One person. Each has cookies of their own; nothing is kept between requests but them."""

    def __init__(self, base: str, email: str, chance: random.Random, think: float) -> None:
        self.base, self.email, self.chance, self.think = base, email, chance, think
        self.seen = Seen()
        self._groups: list[str] = []
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def work(self, seconds: float) -> None:
        """Comes some time in the first quarter, signs in, and goes on for the rest of the seconds."""
        until = time.monotonic() + seconds
        time.sleep(self.chance.uniform(0, seconds / 4))
        form = self._fields(self._ask("sign-in page", "/account/login/"))
        self._ask("signing in", "/account/login/", {**form, "login": self.email, "password": PASSWORD})
        pages, weights = zip(*self._habits(), strict=True)
        while time.monotonic() < until:
            time.sleep(self.chance.expovariate(1 / self.think))
            self.chance.choices(pages, weights)[0]()

    def _habits(self) -> list[tuple[Callable[[], object], int]]:
        home = (lambda: self._ask("home", "/"), 2)
        listed = (self._list, 2)
        case = (lambda: self._ask("case", f"/groups/{self._group()}/"), 3)
        if self.email.startswith("manager"):
            return [home, listed, case, (lambda: self._ask("county report", "/county/"), 3)]
        plan = (lambda: self._ask("plan", f"/groups/{self._group()}/plan/"), 2)
        return [home, listed, case, plan, (self._log_a_visit, 1)]

    def _list(self) -> None:
        self._ask("list of groups", "/groups/")

    def _group(self) -> str:
        if not self._groups:
            # An officer's own groups; a manager's are those of the list.
            page = "/groups/" if self.email.startswith("manager") else "/visits/log/"
            self._groups = sorted(set(re.findall(r"/groups/(\d+)/", self._ask("choice of group", page))))
        return self.chance.choice(self._groups)

    def _log_a_visit(self) -> None:
        address = f"/groups/{self._group()}/visits/log/"
        form = self._fields(self._ask("form of a visit", f"{address}?new"))
        told = {
            "happened_on": timezone.localdate().isoformat(),
            "how": "in_person",
            "summary": SAID,
            "then": "log",
        }
        answer = self._ask("logging a visit", address, {**form, **told})
        if answer and "is logged" not in answer:
            self.seen.faults.append("A visit was sent and not logged.")

    def _fields(self, page: str) -> dict[str, str]:
        fields = _Fields()
        fields.feed(page)
        return fields.found

    def _ask(self, name: str, path: str, data: dict[str, str] | None = None) -> str:
        """The page as text; empty where it failed, which is noted."""
        request = Request(self.base + path, urlencode(data).encode() if data is not None else None)
        start = time.perf_counter()
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                text: str = answer.read().decode("utf-8")
        except HTTPError as fault:
            self.seen.faults.append(f"{name}: {fault.code}")
            return ""
        except (URLError, OSError) as fault:
            self.seen.faults.append(f"{name}: {fault}")
            return ""
        self.seen.seconds.setdefault(name, []).append(time.perf_counter() - start)
        return text
