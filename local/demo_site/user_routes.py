"""The routes under /qrs/user."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.demo_site.answers import (
    Listing,
    Site,
    count_answer,
    error,
    ids_asked_for,
    json_answer,
    list_answer,
    rights_of,
    table_answer,
)
from local.demo_site.bodies import user_condensed, user_full
from local.demo_site.fields import USER
from local.demo_site.records import User


class UserRoutes:
    """Users: as lists, one by one, and in pages by /table."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """All routes of users."""
        return [
            Route("/qrs/user", self.show_list),
            Route("/qrs/user/full", self.show_full),
            Route("/qrs/user/count", self.count),
            Route("/qrs/user/table", self.table, methods=["POST"]),
            Route("/qrs/user/{id:uuid}", self.show),
        ]

    def show_list(self, request: Request) -> Response:
        """The condensed list."""
        return list_answer(self._site, request, self._listing(request), full=False)

    def show_full(self, request: Request) -> Response:
        """The full list."""
        return list_answer(self._site, request, self._listing(request), full=True)

    def count(self, request: Request) -> Response:
        """The number of users."""
        return count_answer(self._site, request, self._listing(request))

    async def table(self, request: Request) -> Response:
        """One page of the columns that were asked for."""
        return await table_answer(self._site, request, self._listing(request))

    def show(self, request: Request) -> Response:
        """One user in full."""
        user = self._site.world.user_by_id(str(request.path_params["id"]))
        if user is None or not rights_of(request).sees_user(user):
            return error(404)
        return json_answer(self._site, user_full(user), "User")

    def _listing(self, request: Request) -> Listing[User]:
        rights, ids = rights_of(request), ids_asked_for(request)
        return Listing(
            rows=[user for user in self._site.world.users(ids) if rights.sees_user(user)],
            full=user_full,
            condensed=user_condensed,
            fields=USER,
            definition="User",
            made_of=lambda user: (user.id, (user,)),
        )
