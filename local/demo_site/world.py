"""The state of a demo Qlik site, and everything that can happen to it."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta

from local.demo_site.behaviour import QUARANTINE, Behaviour
from local.demo_site.bodies import JsonObject, overview
from local.demo_site.license_pool import BrokenRulesError, Counts, LicensePool, Released
from local.demo_site.people import Clock, People, new_guid, picked, utc_now
from local.demo_site.records import (
    AccessLicense,
    App,
    Deletion,
    HeldLicense,
    LicenseType,
    OwnedApp,
    User,
)

type LicenseRule = Callable[[User], LicenseType | None]

_IN_USE = timedelta(hours=1)


def no_rule(_user: User) -> None:
    """The license rule of a site that allocates by hand only."""
    return


@dataclasses.dataclass(frozen=True)
class Contents:
    """What a world starts with."""

    users: Iterable[User] = ()
    licenses: Iterable[AccessLicense] = ()
    totals: Mapping[LicenseType, int] = dataclasses.field(default_factory=dict)
    site_license: JsonObject | None = None
    apps: Iterable[App] = ()


class World(People):
    """One Qlik site. Every method may be called from any thread.

    Attributes:
        behaviour: what the site does where the facts are uncertain; may be replaced.
        site_license: the answer of GET /qrs/license; None is a site without a license.
        license_rule: the type that a user gets at login when he has none (an access rule).
        deleted: every license that was taken back, in order.
    """

    def __init__(
        self,
        contents: Contents | None = None,
        *,
        clock: Clock = utc_now,
        behaviour: Behaviour | None = None,
        license_rule: LicenseRule = no_rule,
    ) -> None:
        given = contents or Contents()
        super().__init__(given.users, clock)
        licenses = list(given.licenses)
        self._pools = {
            kind: LicensePool(
                kind, given.totals.get(kind, 0), (x for x in licenses if x.type is kind)
            )
            for kind in LicenseType
        }
        self.site_license = given.site_license
        self.behaviour = behaviour or Behaviour()
        self.license_rule = license_rule
        self.deleted: list[Deletion] = []
        self._apps = tuple(given.apps)

    def held(
        self, license_type: LicenseType, ids: Collection[str] | None = None
    ) -> list[HeldLicense]:
        """All records of the type, quarantined ones included, each with its user.

        With `ids` (GUIDs), those of them that have one of these.
        """
        with self._lock:
            by_id = self._settled(license_type).by_id
            return [self._with_user(license_) for license_ in picked(by_id, ids)]

    def apps(self) -> list[OwnedApp]:
        """All apps, each with its owner; what QRS shows for a deleted owner is not documented."""
        with self._lock:
            return [OwnedApp(app, self._users.get(app.owner_id)) for app in self._apps]

    def license(self, license_type: LicenseType, license_id: str) -> HeldLicense | None:
        """The record with that GUID."""
        with self._lock:
            found = self._settled(license_type).by_id.get(license_id)
            return None if found is None else self._with_user(found)

    def license_of(self, account: str, license_type: LicenseType) -> AccessLicense | None:
        r"""The license of that type of the user called `DIRECTORY\id`."""
        with self._lock:
            return self._settled(license_type).of_user(self.user(account).id)

    def counts(self) -> dict[LicenseType, Counts]:
        """The state of each pool."""
        with self._lock:
            return {kind: self._settled(kind).counts() for kind in LicenseType}

    def overview(self) -> JsonObject:
        """The body of GET /license/accesstypeoverview.

        `used` isn't `allocated` (QRS fact 2a); what it is exactly is unknown. Here it is what
        was used in the last hour.
        """
        with self._lock:
            since = self.now() - _IN_USE
            used = {
                kind: sum(
                    x.last_used is not None and x.last_used > since
                    for x in self._settled(kind).by_id.values()
                )
                for kind in LicenseType
            }
            counts = self.counts()
            return overview(counts, used, excess_in_allocated=self.behaviour.excess_in_allocated)

    def login(self, account: str) -> AccessLicense | None:
        """Let a user open the hub: his license was used just now.

        Returns:
            The license that let him in: his own, or one that the license rule just gave him;
            None when he has none, it is quarantined, or nothing is free.
        """
        with self._lock:
            user, now = self.user(account), self.now()
            if user.inactive or user.blacklisted:
                return None
            for kind in LicenseType:
                own = self._settled(kind).of_user(user.id)
                if own is not None and not own.quarantined:
                    return self._pools[kind].use(own, user.account, now)
            kind_by_rule = self.license_rule(user)
            if kind_by_rule is None:
                return None
            return self._allocated_at_login(user, kind_by_rule)

    def delete_user(self, account: str) -> None:
        """Delete a user: a license he used in the last 7 days stays, without a user."""
        with self._lock:
            user, now = self.user(account), self.now()
            for kind in LicenseType:
                own = self._settled(kind).of_user(user.id)
                if own is not None:
                    self._orphan(own, user, now)
            del self._users[user.id]
            del self._by_account[user.account.casefold()]

    def allocate(
        self, license_type: LicenseType, user_id: str, by: str = "INTERNAL\\sa_repository"
    ) -> HeldLicense:
        """Give a license to a user.

        Raises:
            BrokenRulesError: none is free, the user is unknown or has one of this type.
        """
        with self._lock:
            pool, user = self._settled(license_type), self._users.get(user_id)
            if user is None:
                raise BrokenRulesError("the user does not exist")
            own = pool.of_user(user_id)
            if own is not None:
                return self._with_user(self._given_back(pool, own, by))
            if pool.counts().available == 0:
                raise BrokenRulesError(f"no {license_type} access is available")
            now = self.now()
            new = AccessLicense(new_guid(), license_type, user_id, now, now, by)
            pool.put(new)
            return self._with_user(new)

    def release(
        self, license_type: LicenseType, license_id: str, by: str = "INTERNAL\\sa_repository"
    ) -> Released:
        """Take a license back, and keep a record of it (QRS fact 2d)."""
        with self._lock:
            pool, now = self._settled(license_type), self.now()
            found = pool.by_id.get(license_id)
            before = None if found is None else self._with_user(found)
            quarantine = self.behaviour.quarantine
            released = pool.release(license_id, by, now, quarantine=quarantine)
            if before is not None and released in {Released.REMOVED, Released.QUARANTINED}:
                self.deleted.append(Deletion(before, now, released is Released.QUARANTINED))
            return released

    def undo_deletions(self) -> None:
        """Give every license back that was taken, as it was: for clients that are compared.

        What was in excess and is no more, since there was room, stays so.
        """
        with self._lock:
            for deletion in self.deleted:
                self._pools[deletion.type].put(deletion.before.license)
            self.deleted.clear()

    def reinstate(self, license_type: LicenseType, license_id: str, by: str) -> HeldLicense:
        """End the quarantine of a license for its user; KeyError for an unknown license."""
        with self._lock:
            pool = self._settled(license_type)
            license_ = pool.by_id[license_id]
            if license_.user_id is None:
                raise BrokenRulesError("the user of this license was deleted")
            return self._with_user(pool.reinstate(license_, by, self.now()))

    def _settled(self, license_type: LicenseType) -> LicensePool:
        pool = self._pools[license_type]
        pool.settle(self.now())
        return pool

    def _with_user(self, license_: AccessLicense) -> HeldLicense:
        owner = None if license_.user_id is None else self._users.get(license_.user_id)
        return HeldLicense(license_, owner)

    def _given_back(self, pool: LicensePool, own: AccessLicense, by: str) -> AccessLicense:
        if not own.quarantined or self.behaviour.post_for_quarantined == "refused":
            raise BrokenRulesError(f"the user has {own.type} access already")
        return pool.reinstate(own, by, self.now())

    def _allocated_at_login(self, user: User, kind: LicenseType) -> AccessLicense | None:
        pool = self._settled(kind)
        if pool.of_user(user.id) is not None or pool.counts().available == 0:
            return None
        given = self.allocate(kind, user.id).license
        return pool.use(given, user.account, self.now())

    def _orphan(self, license_: AccessLicense, user: User, now: datetime) -> None:
        pool, used = self._pools[license_.type], license_.last_used
        pool.drop(license_.id)
        if used is not None and used + QUARANTINE > now:
            pool.put(
                dataclasses.replace(
                    license_,
                    user_id=None,
                    quarantine_end=used + QUARANTINE,
                    deleted_user_id=user.user_id,
                    deleted_user_directory=user.directory,
                    modified=now,
                )
            )
