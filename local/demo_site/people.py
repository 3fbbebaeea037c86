"""The users of a demo Qlik site: finding them, tagging them, changing them."""

import dataclasses
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from local.demo_site.dates import whole_milliseconds
from local.demo_site.records import PropertyDefinition, PropertyValue, Tag, User

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real time, the clock of a world that was given none."""
    return datetime.now(UTC)


class People:
    """The users of a site, safe to use from any thread."""

    def __init__(self, users: Iterable[User], clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._users = {user.id: user for user in users}
        self._by_account = {user.account.casefold(): user.id for user in self._users.values()}
        known = [x for user in self._users.values() for x in user.properties]
        self._tags = {tag.name: tag for user in self._users.values() for tag in user.tags}
        self._definitions = {value.definition.name: value.definition for value in known}

    def now(self) -> datetime:
        """The site's time, in whole milliseconds as QRS keeps it."""
        return whole_milliseconds(self._clock())

    def held_still(self) -> AbstractContextManager[bool]:
        """Keep the world as it is while several changes or reads belong together."""
        return self._lock

    def users(self, ids: Collection[str] | None = None) -> list[User]:
        """All users, as they are now, or those of them that have these GUIDs."""
        with self._lock:
            return picked(self._users, ids)

    def user_by_id(self, user_id: str) -> User | None:
        """The user with that GUID."""
        with self._lock:
            return self._users.get(user_id)

    def find_user(self, account: str) -> User | None:
        r"""The user called `DIRECTORY\id`, in any case."""
        with self._lock:
            user_id = self._by_account.get(account.casefold())
            return None if user_id is None else self._users[user_id]

    def user(self, account: str) -> User:
        r"""The user called `DIRECTORY\id`; KeyError when there is none."""
        found = self.find_user(account)
        if found is None:
            raise KeyError(account)
        return found

    def change_user(
        self,
        account: str,
        *,
        inactive: bool | None = None,
        blacklisted: bool | None = None,
        removed_externally: bool | None = None,
    ) -> User:
        """Set what the QMC shows as Inactive, Blocked and Removed externally."""
        with self._lock:
            user = self.user(account)
            return self._put_user(
                dataclasses.replace(
                    user,
                    inactive=user.inactive if inactive is None else inactive,
                    blacklisted=user.blacklisted if blacklisted is None else blacklisted,
                    removed_externally=(
                        user.removed_externally
                        if removed_externally is None
                        else removed_externally
                    ),
                )
            )

    def tag(self, account: str, tag_name: str) -> User:
        """Put a tag on a user; the tag is made when it doesn't exist."""
        with self._lock:
            user = self.user(account)
            tag = self._tags.setdefault(tag_name, Tag(new_guid(), tag_name))
            return self._put_user(dataclasses.replace(user, tags=(*user.tags, tag)))

    def untag(self, account: str, tag_name: str) -> User:
        """Take a tag off a user."""
        with self._lock:
            user = self.user(account)
            left = tuple(tag for tag in user.tags if tag.name != tag_name)
            return self._put_user(dataclasses.replace(user, tags=left))

    def set_property(self, account: str, name: str, value: str) -> User:
        """Give a user one more value of a custom property."""
        with self._lock:
            user = self.user(account)
            fresh = PropertyDefinition(new_guid(), name, (value,))
            definition = self._definitions.setdefault(name, fresh)
            added = PropertyValue(new_guid(), definition, value, self.now())
            return self._put_user(dataclasses.replace(user, properties=(*user.properties, added)))

    def add_user(self, user: User) -> User:
        """Let the directory sync bring a new user."""
        with self._lock:
            self._by_account[user.account.casefold()] = user.id
            self._users[user.id] = user
            return user

    def _put_user(self, user: User) -> User:
        changed = dataclasses.replace(user, modified=self.now())
        self._users[user.id] = changed
        return changed


def picked[T](by_id: Mapping[str, T], ids: Collection[str] | None) -> list[T]:
    """The values with these ids; all of them for None."""
    if ids is None:
        return list(by_id.values())
    return [by_id[each] for each in ids if each in by_id]


def new_guid() -> str:
    """A fresh id, as QRS gives one to each new entity."""
    return str(uuid.uuid4())
