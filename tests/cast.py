"""The fixed cast of the tests, explained once.

Peak is an LIO with two groups: Sunrise (led by `lead`) and Harbour (led by `other_lead`). Vale is another LIO
with one group, Meadow.

- officer        officer of Peak: sees and writes Sunrise and Harbour, nothing of Vale
- other_officer  officer of Vale: sees and writes Meadow, nothing of Peak
- lead           lead of Sunrise: sees the plan and summary of Sunrise only
- other_lead     lead of Harbour: nothing of Sunrise
- manager        county manager: reads every group, writes none
- administrator  people, LIOs and lists; no case file without a recorded reason
- anonymous      nobody signed in
"""

import time
from dataclasses import dataclass

from django.test import Client

from groups.models import LIO, CommunityGroup, User
from tests import factories

ACTORS = ("anonymous", "lead", "other_lead", "officer", "other_officer", "manager", "administrator")


@dataclass
class Cast:
    """Everyone above, plus the LIOs and groups. Attributes are saved records."""

    peak: LIO
    vale: LIO
    sunrise: CommunityGroup
    harbour: CommunityGroup
    meadow: CommunityGroup
    officer: User
    other_officer: User
    lead: User
    other_lead: User
    manager: User
    administrator: User

    def client(self, actor: str) -> Client:
        """A test client signed in as that actor."""
        client = Client()
        if actor != "anonymous":
            client.force_login(getattr(self, actor), backend="groups.sign_in.PortalBackend")
            # Has just given the password again, as allauth notes it: exports ask for a fresh proof.
            session = client.session
            proof = {"method": "password", "at": time.time(), "reauthenticated": True}
            session["account_authentication_methods"] = [proof]
            session["account_authentication_methods_user"] = str(getattr(self, actor).pk)
            session.save()
        return client


def make_cast() -> Cast:
    """Saves the cast to the database."""
    peak, vale = factories.make_lio(name="Peak"), factories.make_lio(name="Vale")
    sunrise = factories.make_group(lio=peak, name="Sunrise")
    harbour = factories.make_group(lio=peak, name="Harbour")
    return Cast(
        peak=peak,
        vale=vale,
        sunrise=sunrise,
        harbour=harbour,
        meadow=factories.make_group(lio=vale, name="Meadow"),
        officer=factories.make_officer(lio=peak, email="officer@peak.example", name="Olive Officer"),
        other_officer=factories.make_officer(lio=vale, email="officer@vale.example", name="Otto Other"),
        lead=factories.make_lead(group=sunrise, email="lead@sunrise.example", name="Leila Lead"),
        other_lead=factories.make_lead(group=harbour, email="lead@harbour.example", name="Hana Harbour"),
        manager=factories.make_manager(email="manager@county.example", name="Mina Manager"),
        administrator=factories.make_administrator(email="admin@county.example", name="Ada Admin"),
    )
