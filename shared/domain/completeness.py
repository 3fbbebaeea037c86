"""Is what was read all there is? A plan is made on a complete read only.

Source: design.md "Decisions"; QRS facts 3: a weak account sees fewer rows and gets no error.
"""

from collections.abc import Mapping, Sequence

from shared.domain.model import AccessLicense, AccessTypeOverview, LicenseType


def disagreements(
    overview: AccessTypeOverview, licenses: Mapping[LicenseType, Sequence[AccessLicense]]
) -> list[str]:
    """How the license lists differ from the overview's counts, a sentence each; empty if equal."""
    return [
        sentence
        for license_type, rows in licenses.items()
        if (sentence := _disagreement(license_type, len(rows), overview))
    ]


def _disagreement(license_type: LicenseType, rows: int, overview: AccessTypeOverview) -> str:
    pool = overview.pools.get(license_type)
    if pool is None:
        return f"the overview does not say how many {license_type} licenses there are" * bool(rows)
    if license_type in overview.quarantined_unknown:
        return f"the overview does not say how many {license_type} licenses are in quarantine"
    expected = pool.allocated + pool.quarantined
    # Whether `allocated` already holds the excess licenses is not documented: both are complete.
    if rows in (expected, expected + pool.excess):
        return ""
    return (
        f"{rows} {license_type} licenses were read, and the overview counts {pool.allocated}"
        f" allocated and {pool.quarantined} quarantined"
    )
