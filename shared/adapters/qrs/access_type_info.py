"""The deprecated accesstypeinfo of old versions, for what their overview lacks (QRS fact 2a).

It counts tokens. Of professional and analyzer access it tells neither total nor available, so
it can't make a pool of them: what it does tell goes into the remarks.
"""

from collections.abc import Collection
from dataclasses import replace

from shared.adapters.qrs import paths
from shared.adapters.qrs.fields import Fields
from shared.adapters.qrs.json_body import Row
from shared.adapters.qrs.overview import Parts, token_access
from shared.domain.model import AccessTypeOverview, LicenseType, TokenAccess

_LICENSES = {
    LicenseType.PROFESSIONAL: "professionalAccessType",
    LicenseType.ANALYZER: "analyzerAccessType",
}


def completed(
    overview: AccessTypeOverview, row: Row, absent: Collection[LicenseType], why: str
) -> AccessTypeOverview:
    """The overview with what only accesstypeinfo (`row`) tells; `why` says why it was asked."""
    fields, parts = Fields("the access type info", row), Parts()
    total = parts.attempt(fields.optional_number, "totalTokens")
    available = parts.attempt(fields.optional_number, "availableTokens")
    # It does not say what is enabled: tokens are what a site with tokens uses.
    has_tokens = overview.tokens_enabled or (overview.total_tokens is None and bool(total))

    def tokens(child: Fields) -> TokenAccess:
        return token_access(child, enabled=has_tokens)

    user = overview.user_access or parts.read(fields, "userAccessType", tokens)
    login = overview.login_access or parts.read(fields, "loginAccessType", tokens)
    told = [_told(kind, parts.read(fields, _LICENSES[kind], tokens)) for kind in absent]
    asked = f"The deprecated {paths.OLD_OVERVIEW} was asked too, because {why}."
    return replace(
        overview,
        user_access=user,
        login_access=login,
        tokens_enabled=has_tokens,
        total_tokens=total if overview.total_tokens is None else overview.total_tokens,
        available_tokens=(
            available if overview.available_tokens is None else overview.available_tokens
        ),
        remarks=(*overview.remarks, asked, *told, *parts.remarks),
    )


def _told(kind: LicenseType, access: TokenAccess | None) -> str:
    if access is None:
        return f"It tells nothing of {kind} access."
    return (
        f"It tells of {kind} access {access.allocated_tokens:g} tokens allocated and"
        f" {access.quarantined_tokens or 0:g} in quarantine, at {access.token_cost:g} a license,"
        " but not how many licenses there are: the pool stays unknown."
    )
