"""The access type overview and the site license out of QRS's objects."""

from decimal import Decimal

import pytest

from shared.adapters.qrs.parsing import (
    parse_overview,
    parse_server_license,
)
from shared.domain.errors import QrsAnswerError
from shared.domain.model import (
    AnalyzerCapacity,
    LicensePool,
    LicenseType,
    TokenAccess,
)

OVERVIEW: dict[str, object] = {
    "totalTokens": 10,
    "availableTokens": 9,
    "tokensEnabled": True,
    "userAccess": {
        "enabled": True,
        "tokenCost": 1,
        "allocatedTokens": 5,
        "usedTokens": 4,
        "quarantinedTokens": 1,
    },
    "loginAccess": {
        "enabled": False,
        "tokenCost": Decimal("0.1"),
        "allocatedTokens": 3,
        "usedTokens": 2,
        "unavailableTokens": 1,
    },
    "professionalAccess": {
        "enabled": True,
        "total": 25,
        "allocated": 5,
        "used": 1,
        "quarantined": 2,
        "excess": 3,
        "available": 18,
    },
    "analyzerTimeAccess": {
        "enabled": True,
        "allocatedMinutes": 700,
        "usedMinutes": Decimal("1.5"),
        "unavailableMinutes": 2,
    },
}


def test_the_overview_is_read_whole() -> None:
    """Every count arrives under its own name; a part that is absent is left out."""
    overview = parse_overview(OVERVIEW)
    assert overview.pools == {
        LicenseType.PROFESSIONAL: LicensePool(
            enabled=True, total=25, allocated=5, used=1, quarantined=2, excess=3, available=18
        )
    }
    assert overview.analyzer_capacity == AnalyzerCapacity(
        enabled=True, allocated_minutes=700.0, used_minutes=1.5, unavailable_minutes=2.0
    )
    assert overview.user_access == TokenAccess(
        enabled=True, token_cost=1.0, allocated_tokens=5.0, used_tokens=4.0, quarantined_tokens=1.0
    )
    assert overview.login_access == TokenAccess(
        enabled=False,
        token_cost=0.1,
        allocated_tokens=3.0,
        used_tokens=2.0,
        unavailable_tokens=1.0,
    )
    assert (overview.tokens_enabled, overview.total_tokens, overview.available_tokens) == (
        True,
        10.0,
        9.0,
    )


@pytest.mark.parametrize("value", [None, "25", True, Decimal("2.5")])
def test_an_odd_count_is_refused(value: object) -> None:
    """A count that is absent or no whole number is an error, never zero."""
    pool = {"total": 1, "used": 1, "quarantined": 1, "excess": 1, "available": 1}
    odd = {"professionalAccess": pool | {"allocated": value}}
    with pytest.raises(QrsAnswerError, match="allocated of professionalAccess"):
        parse_overview(OVERVIEW | odd)


def test_nothing_of_the_site_license_is_kept_or_shown_but_its_dates() -> None:
    """Key, LEF and serial reach neither the result nor an error."""
    secret = {"key": "SECRET", "serial": "SECRET", "isExpired": False}
    found = parse_server_license(secret | {"keyDetails": "SECRET\nValid To: 2030-01-31"})
    assert "SECRET" not in repr(found)
    with pytest.raises(QrsAnswerError) as caught:
        parse_server_license(secret | {"keyDetails": None, "lef": ["SECRET"]})
    assert "SECRET" not in str(caught.value)


def test_a_site_without_a_license_has_none() -> None:
    """`null` is no license, which is not an error."""
    assert parse_server_license(None) is None
