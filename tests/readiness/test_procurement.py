"""Which rules hold for a contract: every edge of value, VAT, day, service and buyer, and files that are wrong."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from readiness.checks import figures_of_contracts
from readiness.procurement import (
    BUYERS,
    SERVICES,
    Buyer,
    FiguresError,
    Service,
    Verdict,
    figures_for,
    judge,
    parse_figures,
    pounds,
    read_figures,
)
from readiness.procurement.files import FOLDER, OUTCOMES, Figures

FILES = read_figures()
NAME = "england-2026.toml"
TEXT = (FOLDER / NAME).read_text(encoding="utf-8")
DAY = date(2026, 9, 14)


def judged(
    value: str = "50000",
    *,
    includes_vat: bool = True,
    day: date = DAY,
    service: Service = Service.OTHER,
    buyer: Buyer = Buyer.COUNCIL,
    files: tuple[Figures, ...] = FILES,
) -> Verdict:
    return judge(
        value=Decimal(value),
        includes_vat=includes_vat,
        day=day,
        service=service,
        buyer=buyer,
        figures=figures_for(day, files),
    )


def says(verdict: Verdict, part: str) -> str:
    return " ".join(note.text for note in getattr(verdict, part))


# Values


@pytest.mark.parametrize(
    ("value", "includes_vat", "service", "regime"),
    [
        ("207719.99", True, Service.OTHER, "below"),
        ("207720", True, Service.OTHER, "above"),
        ("207720.01", True, Service.OTHER, "above"),
        # 173,100 and a fifth of it are 207,720.
        ("173099.99", False, Service.OTHER, "below"),
        ("173100", False, Service.OTHER, "above"),
        ("207720", True, Service.LIGHT_TOUCH, "below"),
        ("663539.99", True, Service.LIGHT_TOUCH, "below"),
        ("663540", True, Service.LIGHT_TOUCH, "above"),
        ("552949.99", False, Service.LIGHT_TOUCH, "below"),
        ("552950", False, Service.LIGHT_TOUCH, "above"),
        ("207719.99", True, Service.UNSURE, "below"),
        ("207720", True, Service.UNSURE, "either"),
        ("663539.99", True, Service.UNSURE, "either"),
        ("663540", True, Service.UNSURE, "above"),
        ("0", True, Service.OTHER, "below"),
    ],
)
def test_a_threshold_is_reached_by_a_value_that_equals_it_vat_counted(value, includes_vat, service, regime):
    assert judged(value, includes_vat=includes_vat, service=service).regime == regime


def test_vat_that_was_added_is_said_and_what_includes_it_is_left_alone():
    added = judged("173099.99", includes_vat=False)
    assert added.value == Decimal("207719.988")
    assert "20% was added: £173,099.99 comes to £207,719.98." in " ".join(added.reasons)
    assert "VAT" not in " ".join(judged("207720").reasons)


def test_the_comparison_is_said_in_words():
    assert "£207,720 is the threshold itself, which counts as reached" in judged("207720").reasons[-1]
    assert judged("207719.99").reasons[-1] == (
        "Most services: £207,719.99 is below the threshold of £207,720 (1 January 2026 to 31 December 2027)."
    )
    assert "£300,000 is above the threshold of £207,720" in judged("300000").reasons[-1]


@pytest.mark.parametrize(
    ("written", "shown"),
    [("207720", "£207,720"), ("207719.99", "£207,719.99"), ("207719.996", "£207,719.99"), ("0.5", "£0.50")],
)
def test_sums_are_cut_so_that_what_is_below_looks_below(written, shown):
    assert pounds(Decimal(written)) == shown


@pytest.mark.parametrize(
    ("value", "includes_vat", "is_announced"),
    [("29999.99", True, False), ("30000", True, True), ("24999.99", False, False), ("25000", False, True)],
)
def test_a_council_that_advertises_needs_a_notice_from_thirty_thousand_pounds(
    value, includes_vat, is_announced
):
    means = says(judged(value, includes_vat=includes_vat), "means")
    assert ("has to publish a notice on the central platform first" in means) is is_announced
    assert ("it may ask only groups that it chooses" in means) is is_announced
    assert ("doesn't have to announce it" in means) is not is_announced


@pytest.mark.parametrize(
    "buyer", [Buyer.NHS, Buyer.NHS_TRUST, Buyer.POLICE, Buyer.CENTRAL, Buyer.OTHER_PUBLIC]
)
def test_what_a_council_has_to_announce_is_not_said_of_other_buyers(buyer):
    for value in ("10000", "50000"):
        means = says(judged(value, buyer=buyer), "means")
        assert "announce it" not in means and "A council that advertises" not in means


@pytest.mark.parametrize(
    ("value", "service", "is_said"),
    [
        ("207720", Service.OTHER, False),
        ("207720", Service.LIGHT_TOUCH, True),
        ("207720", Service.UNSURE, True),
        ("663540", Service.LIGHT_TOUCH, False),
    ],
)
def test_the_notice_of_small_contracts_is_not_said_where_the_full_rules_hold(value, service, is_said):
    assert ("A council that advertises" in says(judged(value, service=service), "means")) is is_said


# Days


@pytest.mark.parametrize(
    ("day", "regime"),
    [
        (date(2025, 2, 23), "older-rules"),
        (date(2025, 2, 24), "no-figure"),
        (date(2025, 12, 31), "no-figure"),
        (date(2026, 1, 1), "below"),
        (date(2027, 12, 31), "below"),
        (date(2028, 1, 1), "below"),
    ],
)
def test_days_before_the_act_and_before_our_figures_are_not_guessed_at(day, regime):
    verdict = judged(day=day)
    assert verdict.regime == regime
    assert bool(verdict.compared) is (regime == "below")
    if regime == "older-rules":
        assert "24 February 2025" in verdict.reasons[-1]
    if regime == "no-figure":
        assert "Our figures begin on 1 January 2026" in verdict.reasons[-1]
        assert "announce it" not in says(verdict, "means")
        assert "A council that advertises" not in says(verdict, "means")


@pytest.mark.parametrize(("day", "number"), [(date(2027, 12, 31), 0), (date(2028, 1, 1), 1)])
def test_after_the_last_figures_a_warning_says_that_new_ones_are_due(day, number):
    verdict = judged(day=day, service=Service.UNSURE)
    assert len(verdict.warnings) == number
    assert all("up to 31 December 2027" in warning for warning in verdict.warnings)
    assert [item.is_old for item in verdict.compared] == [bool(number)] * 2


@pytest.mark.parametrize("service", Service)
def test_the_day_after_the_act_began_counts_as_the_first_for_every_service_but_health_care(service):
    assert judged(day=date(2025, 2, 23), service=service, buyer=Buyer.POLICE).regime == "older-rules"
    assert judged(day=date(2025, 2, 24), service=service, buyer=Buyer.POLICE).regime == "no-figure"


# Services and buyers


@pytest.mark.parametrize("buyer", [Buyer.NHS, Buyer.NHS_TRUST, Buyer.COUNCIL])
@pytest.mark.parametrize(
    ("day", "regime"),
    [
        (date(2023, 12, 31), "older-rules"),
        (date(2024, 1, 1), "provider-selection"),
        (date(2025, 2, 24), "provider-selection"),
        (date(2029, 1, 1), "provider-selection"),
    ],
)
def test_health_care_goes_by_the_provider_selection_regime_whatever_the_value(buyer, day, regime):
    for value in ("1", "207720", "5000000"):
        verdict = judged(value, day=day, service=Service.HEALTH, buyer=buyer)
        assert (verdict.regime, verdict.compared, verdict.warnings) == (regime, (), ())
        assert not verdict.has_full_rules


def test_health_care_that_others_buy_shows_both_thresholds_and_says_why():
    verdict = judged("300000", service=Service.HEALTH, buyer=Buyer.POLICE)
    assert verdict.regime == "either" and len(verdict.compared) == 2
    assert "we have checked no rule of its own" in verdict.reasons[-1]


@pytest.mark.parametrize(
    ("buyer", "is_said"),
    [
        (Buyer.NHS, True),
        (Buyer.NHS_TRUST, True),
        (Buyer.COUNCIL, True),
        (Buyer.POLICE, False),
        (Buyer.OTHER_PUBLIC, False),
    ],
)
def test_who_is_unsure_hears_that_it_might_be_health_care(buyer, is_said):
    found = says(judged(service=Service.UNSURE, buyer=buyer), "check")
    assert ("Provider Selection Regime" in found) is is_said


@pytest.mark.parametrize("buyer", [Buyer.CENTRAL, Buyer.NHS_TRUST])
@pytest.mark.parametrize(
    ("value", "service", "regime"),
    [
        ("135017.99", Service.OTHER, "below"),
        ("135018", Service.OTHER, "above"),
        ("135017.99", Service.UNSURE, "below"),
        ("135018", Service.UNSURE, "either"),
        ("663539.99", Service.LIGHT_TOUCH, "below"),
        ("663540", Service.LIGHT_TOUCH, "above"),
    ],
)
def test_central_government_and_nhs_trusts_have_a_lower_threshold_for_most_services(
    buyer, value, service, regime
):
    assert judged(value, service=service, buyer=buyer).regime == regime
    assert judged(value, day=date(2025, 12, 31), service=service, buyer=buyer).regime == "no-figure"
    assert judged(value, day=date(2025, 2, 23), service=service, buyer=buyer).regime == "older-rules"


@pytest.mark.parametrize(
    ("buyer", "service", "is_said"),
    [
        (Buyer.NHS, Service.OTHER, True),
        (Buyer.NHS, Service.UNSURE, True),
        (Buyer.NHS, Service.LIGHT_TOUCH, False),
        (Buyer.NHS, Service.HEALTH, False),
        (Buyer.NHS_TRUST, Service.OTHER, False),
        (Buyer.COUNCIL, Service.OTHER, False),
    ],
)
def test_which_threshold_an_integrated_care_board_goes_by_is_to_be_asked(buyer, service, is_said):
    found = says(judged("150000", service=service, buyer=buyer), "check")
    assert ("Ask the board which one it goes by" in found) is is_said


@pytest.mark.parametrize(("buyer", "regime"), [(Buyer.PRIME, "sub-contract"), (Buyer.PRIVATE, "private")])
@pytest.mark.parametrize("day", [date(2020, 1, 1), DAY, date(2030, 1, 1)])
@pytest.mark.parametrize("service", Service)
def test_a_prime_and_private_buyers_are_no_public_procurement_on_any_day(buyer, regime, day, service):
    verdict = judged("1000000", buyer=buyer, day=day, service=service)
    assert (verdict.regime, verdict.has_full_rules, verdict.warnings) == (regime, False, ())
    assert "may insurance wait" in says(verdict, "ask")


@pytest.mark.parametrize("buyer", [Buyer.COUNCIL, Buyer.NHS, Buyer.POLICE, Buyer.OTHER_PUBLIC])
def test_local_public_bodies_go_by_the_same_thresholds(buyer):
    assert judged("207719.99", buyer=buyer).regime == "below"
    assert judged("207720", buyer=buyer).regime == "above"


# What it means


def test_below_the_threshold_there_is_no_stage_of_its_own_and_it_may_be_kept_for_local_suppliers():
    verdict = judged("50000")
    assert "no separate stage" in says(verdict, "means")
    assert "may keep a contract below the threshold for suppliers from their area" in says(verdict, "means")
    assert "kept for local suppliers" in says(verdict, "ask")
    assert verdict.check == () and not verdict.has_full_rules
    assert "lots" not in says(verdict, "ask")
    assert "PPON" in says(verdict, "ready")


def test_above_the_threshold_lots_early_talks_insurance_and_wellbeing_are_named_with_their_sources():
    verdict = judged("300000")
    assert "lots" in says(verdict, "ask") and "before it is advertised" in says(verdict, "ask")
    assert "hold insurance before the contract is awarded" in says(verdict, "means")
    assert "wellbeing of the area" in says(verdict, "means")
    assert verdict.check == () and verdict.has_full_rules
    assert "may keep a contract below" not in says(verdict, "means")
    keys = {source.key for source in verdict.sources}
    assert {"thresholds", "act", "lots", "early-talks", "insurance", "social-value", "barriers"} == keys


def test_every_answer_has_an_outcome_with_words_and_sources():
    seen = set()
    for buyer in BUYERS:
        for service in SERVICES:
            for day in (date(2023, 1, 1), date(2024, 6, 1), date(2025, 6, 1), DAY, date(2028, 6, 1)):
                for value in ("0", "207720", "663540"):
                    verdict = judged(value, day=day, service=service, buyer=buyer)
                    seen.add(verdict.regime)
                    assert verdict.reasons and verdict.sources
                    assert verdict.ask, verdict.regime
    assert seen == set(OUTCOMES)


# Age


@pytest.mark.parametrize(
    ("today", "is_stale"),
    [
        (date(2026, 11, 1), False),
        (date(2027, 11, 1), False),
        (date(2027, 11, 2), True),
    ],
)
def test_what_was_checked_more_than_a_year_ago_is_stale(today, is_stale):
    verdict = judged()
    assert verdict.checked_on == date(2026, 11, 1)
    assert verdict.is_stale(today) is is_stale


def test_the_oldest_of_the_sources_that_are_used_counts():
    text = TEXT.replace("checked = 2026-11-28", "checked = 2025-03-01", 1)
    old = (parse_figures(text, name=NAME),)
    assert judged(files=old).checked_on == date(2025, 3, 1) == old[0].checked
    assert judged(buyer=Buyer.PRIME, files=old).checked_on == date(2026, 11, 1)


# Files


def later(text: str = TEXT) -> str:
    """The file as it could be from 2028 on, with another threshold."""
    return (
        text.replace("2027-12-31", "2029-12-31")
        .replace("2026-01-01", "2028-01-01")
        .replace("207720", "250000")
    )


def test_a_file_beside_it_takes_over_on_its_first_day(tmp_path):
    (tmp_path / NAME).write_text(TEXT, encoding="utf-8")
    (tmp_path / "england-2028.toml").write_text(later(), encoding="utf-8")
    files = read_figures(tmp_path)
    assert [figures.name for figures in files] == [NAME, "england-2028.toml"]
    before, after = date(2027, 12, 31), date(2028, 1, 1)
    assert figures_for(before, files).name == NAME
    assert figures_for(after, files).name == "england-2028.toml"
    assert judged("207720", day=before, files=files).regime == "above"
    verdict = judged("207720", day=after, files=files)
    assert (verdict.regime, verdict.warnings) == ("below", ())
    assert figures_for(date(2020, 1, 1), files).name == NAME
    assert judged(day=date(2030, 1, 1), files=files).warnings


def test_the_file_that_comes_with_the_portal_holds_the_checked_figures():
    figures = parse_figures(TEXT, name=NAME)
    assert {item.key: item.pounds for item in figures.thresholds} == {
        "services": 207_720,
        "central": 135_018,
        "light-touch": 663_540,
        "notice": 30_000,
    }
    assert all(item.includes_vat for item in figures.thresholds)
    assert figures.threshold("services", figures.begins - timedelta(days=1)) is None
    assert figures.threshold("services", figures.ends + timedelta(days=1)) is None


def wrong(text: str) -> str:
    with pytest.raises(FiguresError) as fault:
        parse_figures(text, name=NAME)
    return "\n".join(fault.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Public', 'titel = "Public', "titel: unknown field, did you mean title?"),
        ("to = 2027-12-31", "to = 2025-12-31", "to: is before from"),
        ("vat_percent = 20", "vat_percent = 200", "vat_percent: should be from 0 to 100"),
        ("[begins]", "[beginnings]", "begins: missing"),
        (
            "[begins]\nprocurement-act = 2025-02-24\nprovider-selection = 2024-01-01",
            "begins = 1",
            "[begins] table",
        ),
        ("provider-selection = 2024-01-01", "", "begins: provider-selection: missing"),
        (
            'key = "services"',
            'key = "works"',
            "works should be one of services, central, light-touch, notice",
        ),
        ("pounds = 207720", "pounds = 0", "thresholds services: pounds: should be from 1"),
        (
            "pounds = 207720\nincludes_vat = true",
            'pounds = 207720\nincludes_vat = "yes"',
            "should be true or false",
        ),
        (
            "pounds = 207720\nincludes_vat = true",
            "pounds = 207720",
            "thresholds services: includes_vat: missing",
        ),
        (
            'url = "https://www.legislation.gov.uk/ukpga/2023/54"',
            'url = "legislation"',
            "begin with https://",
        ),
        ('key = "act"', 'key = "thresholds"', "key thresholds is there twice"),
        ('[[outcomes]]\nkey = "above"', '[[outcomes]]\nkey = "below"', "outcomes: above is missing"),
        ('when = ["below"]', 'when = ["bellow"]', "bellow is no outcome"),
        ('when = ["below"]', "when = [3]", "should be text"),
        ('kind = "means"', 'kind = "meens"', "meens should be one of means, ask, ready, check"),
        ('sources = ["insurance"]', 'sources = ["assurance"]', "assurance is used and not there"),
        ("checked = 2026-11-01", "", "checked: missing"),
        (
            "pounds = 207720\nincludes_vat = true\nfrom = 2026-01-01",
            "pounds = 207720\nincludes_vat = true\nfrom = 2026-01-02",
            "services: should cover every day from 2026-01-01 to 2027-12-31",
        ),
        ("[[sources]]", "[sources", "is not valid TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(old, new, words):
    assert old in TEXT
    assert words in wrong(TEXT.replace(old, new, 1))


def test_thresholds_of_one_kind_follow_each_other_without_gap_or_overlap():
    first = TEXT[TEXT.index('[[thresholds]]\nkey = "services"') :]
    first = first[: first.index("\n\n") + 2]
    half = first.replace("to = 2027-12-31", "to = 2026-12-31")
    rest = first.replace("from = 2026-01-01", "from = 2027-01-01").replace("207720", "220000")
    figures = parse_figures(TEXT.replace(first, half + rest), name=NAME)
    assert judged("207720", day=date(2026, 12, 31), files=(figures,)).regime == "above"
    assert judged("207720", day=date(2027, 1, 1), files=(figures,)).regime == "below"
    gap = rest.replace("2027-01-01", "2027-01-02")
    assert "services: 2027-01-02 should be the day after 2026-12-31" in wrong(TEXT.replace(first, half + gap))


def test_sources_and_outcomes_that_are_no_tables_are_refused():
    fields = tomllib.loads(TEXT)
    assert fields["sources"]
    assert "should be written as [[outcomes]] tables" in wrong(
        'outcomes = ["x"]\n' + TEXT.replace("[[outcomes]]", "[[others]]")
    )


def test_a_folder_tells_of_every_file_that_is_wrong(tmp_path: Path):
    with pytest.raises(FiguresError, match="there is no file of figures"):
        read_figures(tmp_path)
    (tmp_path / "a.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.toml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(FiguresError, match="two files have figures from 2026-01-01"):
        read_figures(tmp_path)
    (tmp_path / "b.toml").write_bytes(b"\xff")
    (tmp_path / "c.toml").write_text("title = 1", encoding="utf-8")
    with pytest.raises(FiguresError) as fault:
        read_figures(tmp_path)
    said = str(fault.value)
    assert "b.toml: can't be read" in said and "c.toml: title: should be text" in said


def test_a_file_that_is_wrong_is_told_at_the_start(tmp_path, monkeypatch):
    assert figures_of_contracts(None) == []
    monkeypatch.setattr("readiness.checks.read_figures", lambda: read_figures(tmp_path))
    (told,) = figures_of_contracts(None)
    assert (told.id, told.level) == ("readiness.E001", 40) and "no file of figures" in told.msg
