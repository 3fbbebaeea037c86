"""All routes of the site put together."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.demo_site.answers import Site, json_answer
from local.demo_site.app_routes import AppRoutes
from local.demo_site.bodies import ABOUT
from local.demo_site.license_routes import license_routes
from local.demo_site.selection_routes import SelectionRoutes
from local.demo_site.user_routes import UserRoutes


def qrs_app(site: Site) -> Starlette:
    """Build the app behind the gate; paths are in lower case when they come here."""

    def about(_request: Request) -> Response:
        return json_answer(site, ABOUT, "About")

    app = Starlette(
        routes=[
            Route("/qrs/about", about),
            *license_routes(site),
            *UserRoutes(site).routes(),
            *AppRoutes(site).routes(),
            *SelectionRoutes(site).routes(),
        ]
    )
    # The front has taken the slash off already; QRS doesn't redirect.
    app.router.redirect_slashes = False
    return app
