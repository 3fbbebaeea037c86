"""The routes under /qrs/app: lists only, which is what tells who owns an app."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.demo_site.answers import Listing, Site, count_answer, list_answer, rights_of
from local.demo_site.app_bodies import app_condensed, app_full
from local.demo_site.fields import APP
from local.demo_site.records import OwnedApp


class AppRoutes:
    """Apps, as the caller may see them."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """All routes of apps."""
        return [
            Route("/qrs/app", self.show_list),
            Route("/qrs/app/full", self.show_full),
            Route("/qrs/app/count", self.count),
        ]

    def show_list(self, request: Request) -> Response:
        """The condensed list."""
        return list_answer(self._site, request, self._listing(request), full=False)

    def show_full(self, request: Request) -> Response:
        """The full list, with the owners."""
        return list_answer(self._site, request, self._listing(request), full=True)

    def count(self, request: Request) -> Response:
        """The number of apps."""
        return count_answer(self._site, request, self._listing(request))

    def _listing(self, request: Request) -> Listing[OwnedApp]:
        rights = rights_of(request)
        return Listing(
            rows=[owned for owned in self._site.world.apps() if rights.sees_app(owned)],
            full=app_full,
            condensed=app_condensed,
            fields=APP,
            definition=None,  # the document at hand has licenses and users only
            made_of=lambda owned: (owned.app.id, (owned.app, owned.owner)),
        )
