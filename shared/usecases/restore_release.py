"""Give a released license back to its user, and confirm it by reading.

Nobody documents how QRS ends a quarantine or gives a license (QRS fact 4), so each answer is
handled and only a read decides. Within quarantine the record itself is put back into force first:
that takes no other license, and at worst has no effect. Else, or if that does not work, the user is
allocated a license.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.domain import events, spans
from shared.domain.audit import AuditEntry
from shared.domain.errors import QrsError, QrsUnavailableError, StewardError
from shared.domain.model import AccessLicense
from shared.domain.release import (
    AllocateAnswer,
    AllocateKind,
    ReleaseRecord,
    split_release_id,
)
from shared.domain.restore import (
    RESTORE_REFUSED,
    RESTORING,
    How,
    how_it_came_back,
    in_force,
)
from shared.usecases.plan_trace import link_to_plan
from shared.usecases.ports import Clock, Ledger, Qrs, Telemetry

type _Way = tuple[str, Callable[[], Awaitable[AllocateAnswer]]]


class UnknownReleaseError(StewardError):
    """There is no such release."""


class RestoreRefusedError(StewardError):
    """The license can't be given back; the user holds none."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The release that was undone, how, the license that the user holds now, and a sentence."""

    release: ReleaseRecord
    how: How
    license: AccessLicense
    detail: str


@dataclass(frozen=True, slots=True)
class RestoreRelease:
    """Undoes one release; restoring twice changes nothing, the release's record stays as it is."""

    site: str
    qrs: Qrs
    ledger: Ledger
    telemetry: Telemetry
    clock: Clock

    async def __call__(self, release_id: str, actor: str) -> Restored:
        """Give the license back to the user whom the release took it from.

        Args:
            release_id: `ReleaseRecord.release_id`.
            actor: who asked for it, for the audit.

        Raises:
            BadReleaseIdError: the text is no release id.
            UnknownReleaseError: there is no such release at this site.
            RestoreRefusedError: it took no license, or QRS gives none.
            QrsError: QRS can't be asked, or does not say; restore again, it is read first.
        """
        release = await self._release(release_id)
        about = {
            "site": self.site,
            "plan_id": release.plan_id,
            "license_type": release.license_type.value,
        }
        people = [release.account]
        with self.telemetry.span(spans.RESTORE_RELEASE, about, people=people) as span:
            await link_to_plan(self.ledger, release.plan_id, span)
            restored = await self._restore(release, actor)
            span.note("how", restored.how.value)
            return restored

    async def _restore(self, release: ReleaseRecord, actor: str) -> Restored:
        before = await self._held(release)
        if before is not None and in_force(before):
            return _restored(release, How.ALREADY_HELD, before)
        await self._write_down(release, RESTORING, actor, _about_before(before), before)
        try:
            now = await self._give(release, before)
        except RestoreRefusedError as refused:
            await self._write_down(release, RESTORE_REFUSED, actor, str(refused), before)
            self._tell(events.RELEASE_RESTORE_REFUSED, release, detail=str(refused))
            raise
        restored = _restored(release, how_it_came_back(before, now), now)
        await self._write_down(release, restored.how.value, actor, restored.detail, before)
        self._tell(events.RELEASE_RESTORED, release, how=restored.how.value)
        return restored

    async def _release(self, release_id: str) -> ReleaseRecord:
        plan_id, license_id = split_release_id(release_id)
        found = await self.ledger.releases(plan_id, [license_id])
        release = found.get(license_id)
        if release is None:
            raise UnknownReleaseError(
                f"there is no release {release_id.strip()!r} at site {self.site}:"
                " `python -m local releases` lists those that there are"
            )
        if not release.outcome.may_have_taken:
            raise RestoreRefusedError(
                f"release {release.release_id} can't be restored, for the license was never taken:"
                f" {release.outcome}: {release.detail}"
            )
        return release

    async def _held(self, release: ReleaseRecord) -> AccessLicense | None:
        return await self.qrs.license_of_user(release.license_type, release.user_id)

    async def _give(self, release: ReleaseRecord, before: AccessLicense | None) -> AccessLicense:
        """Try each way until the user is read to hold a license in force.

        A lost answer ends it: what was sent may still be carried out, so nothing else is sent.
        """
        said = []
        for name, way in self._ways(release, before):
            answer = await way()
            held = await self._held(release)
            if held is not None and in_force(held):
                return held
            if answer.kind is AllocateKind.LOST:
                raise QrsUnavailableError(
                    f"The answer of QRS got lost ({answer.detail}), and the user holds no"
                    f" {release.license_type} license in force now: look again in a minute, and"
                    " then restore again; what the user holds is read before anything is sent."
                )
            said.append(f"{name}: {answer.detail or 'QRS accepted it, and nothing came of it'}")
        raise RestoreRefusedError(
            f"The user of release {release.release_id} holds no {release.license_type} license in"
            " force, and gets none: "
            f"{_sentence('; '.join(said))} {await self._what_to_do(release, before)}"
        )

    def _ways(self, release: ReleaseRecord, before: AccessLicense | None) -> Sequence[_Way]:
        def allocate() -> Awaitable[AllocateAnswer]:
            return self.qrs.allocate(release.license_type, release.user_id)

        if before is None:
            return [("allocating a license", allocate)]
        return [
            ("ending its quarantine", lambda: self.qrs.reinstate(before)),
            ("allocating a license", allocate),
        ]

    async def _what_to_do(self, release: ReleaseRecord, before: AccessLicense | None) -> str:
        """What QRS's own words leave open: is the user there, is a license free?"""
        try:
            users = await self.qrs.users([release.user_id])
            pools = (await self.qrs.overview()).pools
        except QrsError as error:
            return f"Look at the user and the licenses in the QMC; here they can't be read: {error}"
        pool = pools.get(release.license_type)
        if release.user_id not in users:
            return "The user is deleted, or not visible to QLIK_SENSE__USER."
        if pool and pool.available <= 0:
            advice = f"No {release.license_type} license is free: free one, then restore again."
        else:
            advice = "Assign a license in the QMC, which says more."
        if before and before.quarantine_end:
            end = before.quarantine_end.isoformat(timespec="minutes")
            return f"{advice} Its own license is in quarantine until {end}."
        return advice

    async def _write_down(
        self,
        release: ReleaseRecord,
        happened: str,
        actor: str,
        detail: str,
        before: AccessLicense | None,
    ) -> None:
        entry = AuditEntry(
            site=self.site,
            plan_id=release.plan_id,
            license_id=release.license_id,
            license_type=release.license_type,
            account=release.account,
            happened=happened,
            decision=f"somebody asked to restore release {release.release_id}",
            detail=detail,
            actor=actor,
            at=self.clock(),
            before=before,
        )
        await self.ledger.append_audit([entry])

    def _tell(self, event: events.Event, release: ReleaseRecord, **more: str) -> None:
        dimensions = {
            "site": self.site,
            "plan_id": release.plan_id,
            "license_type": release.license_type.value,
            **more,
        }
        self.telemetry.emit(event, dimensions)


def _restored(release: ReleaseRecord, how: How, now: AccessLicense) -> Restored:
    ways = {
        How.RESTORED: f"allocated a new {now.license_type} license",
        How.REINSTATED: f"the {now.license_type} license was taken out of quarantine",
        How.ALREADY_HELD: "nothing to do: the user holds"
        f" {now.license_type.with_article} license in force",
    }
    return Restored(release, how, now, f"{ways[how]} ({now.id})")


def _about_before(before: AccessLicense | None) -> str:
    if before is None:
        return "the user holds no license of the type"
    return f"the user's license {before.id} is in quarantine until {before.quarantine_end}"


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
