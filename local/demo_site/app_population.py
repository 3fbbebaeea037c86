"""Seeded apps: a few people own many, and most professional users own none."""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from local.demo_site.dates import whole_milliseconds
from local.demo_site.records import AccessLicense, App, LicenseType, User

_SUBJECTS = ("Sales", "Stock", "Budget", "Personnel", "Quality", "Customers", "Deliveries")
_USERS_PER_APP = 8


def make_apps(
    users: Sequence[User], licenses: Sequence[AccessLicense], *, seed: int, now: datetime
) -> list[App]:
    """One app for each eight users; the same arguments make the same apps.

    Mostly owned by a third of those who hold a professional license, some by people who have
    only an analyzer license by now, and by service accounts.
    """
    # Numbers of their own: the people and licenses of a seed stay the same, apps or not.
    rng = random.Random(f"apps {seed}")  # noqa: S311
    holders = {x.user_id for x in licenses if x.type is LicenseType.PROFESSIONAL}
    professionals = [user for user in users if user.id in holders]
    authors = rng.sample(professionals, -(-len(professionals) // 3))
    authors += rng.sample(users, -(-len(users) // 200))
    authors += [user for user in users if user.directory == "INTERNAL"]
    weights = [rng.paretovariate(1.2) for _ in authors]
    owners = rng.choices(authors, weights, k=len(users) // _USERS_PER_APP)
    return [_app(rng, owner, number, now) for number, owner in enumerate(owners)]


def _app(rng: random.Random, owner: User, number: int, now: datetime) -> App:
    created = whole_milliseconds(now - (now - owner.created) * rng.random())
    published = created + timedelta(minutes=30) if rng.random() < 0.6 else None
    return App(
        id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        name=f"{rng.choice(_SUBJECTS)} {number}",
        owner_id=owner.id,
        created=created,
        published=published,
    )
