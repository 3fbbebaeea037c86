"""Explain one user's licenses: each rule and its answer, from a fresh read; nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.errors import StewardError
from shared.domain.model import AccessLicense, LicenseType, User, UserReference
from shared.domain.never_release import fold
from shared.domain.plan import Decision
from shared.domain.policy import decide
from shared.domain.rule_answers import RuleAnswer, rule_answers
from shared.usecases.preview_plan import Preview, PreviewPlan
from shared.usecases.read_site import SiteRead, read_site

_MOST_NAMED = 10


class NoLicenseError(StewardError):
    """Nobody of that name holds a license, or several do."""


@dataclass(frozen=True, slots=True)
class ExplainedLicense:
    """One license.

    Attributes:
        license: as QRS shows it now.
        answers: of every rule, in the order in which they are asked.
        policy: what they come to.
        plan: what a plan made now would do, with its caps and grace days; None for a type that
            is switched off, for no plan reads those.
    """

    license: AccessLicense
    answers: tuple[RuleAnswer, ...]
    policy: Decision
    plan: Decision | None


@dataclass(frozen=True, slots=True)
class UserExplanation:
    """The licenses of one account; `user` is None when this app's account can't see the user."""

    account: str
    user: User | None
    licenses: tuple[ExplainedLicense, ...]
    preview: Preview


@dataclass(frozen=True, slots=True)
class ExplainUser:
    """Explains by reading the whole site, as a plan does: caps depend on everybody."""

    preview: PreviewPlan

    async def __call__(self, name: str) -> UserExplanation:
        r"""Explain every license of a user.

        Args:
            name: `DIRECTORY\user`, the user alone where that is clear, or the id of the user;
                upper and lower case are the same.

        Raises:
            NoLicenseError: nobody of that name holds a license, or several do.
            PartialReadError: what was read may not be all there is.
            QrsError: the site could not be read.
        """
        site_read = await read_site(self.preview.qrs, sorted(LicenseType))
        holder = _the_one(name, site_read)
        preview = await self.preview.of(site_read)
        user = site_read.users.get(holder.id)
        planned = {decision.license.id: decision for decision in preview.decisions}
        explained = tuple(
            self._explained(license_, user, preview, planned.get(license_.id))
            for license_ in _licenses(site_read)
            if license_.user and license_.user.id == holder.id
        )
        return UserExplanation(holder.account, user, explained, preview)

    def _explained(
        self, license_: AccessLicense, user: User | None, preview: Preview, plan: Decision | None
    ) -> ExplainedLicense:
        policy = self.preview.policy
        return ExplainedLicense(
            license_,
            rule_answers(license_, user, policy, preview.at),
            decide(license_, user, policy, preview.at),
            plan,
        )


def _licenses(site_read: SiteRead) -> Iterable[AccessLicense]:
    return (row for rows in site_read.licenses.values() for row in rows)


def _the_one(name: str, site_read: SiteRead) -> UserReference:
    wanted = fold(name)
    holders = {row.user.id: row.user for row in _licenses(site_read) if row.user}
    found = [
        user for user in holders.values() if wanted in (fold(user.account), fold(user.id))
    ] or [user for user in holders.values() if wanted == fold(user.user_id)]
    if not found:
        raise NoLicenseError(
            f"{name[:200]!r} holds neither a Professional nor an Analyzer license: write the name"
            " as DIRECTORY\\user, and in a shell in single quotes"
        )
    if len(found) > 1:
        named = ", ".join(sorted(user.account for user in found)[:_MOST_NAMED])
        raise NoLicenseError(f"{name[:200]!r} may be one of {len(found)} users: {named}")
    return found[0]
