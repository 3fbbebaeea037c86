"""The routes under /qrs/license."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.demo_site.answers import (
    BROKEN_RULES,
    Listing,
    Site,
    account_of,
    body_of,
    count_answer,
    error,
    ids_asked_for,
    json_answer,
    list_answer,
    rights_of,
    table_answer,
)
from local.demo_site.bodies import (
    OVERVIEW_POOLS,
    access_type_info,
    license_condensed,
    license_full,
)
from local.demo_site.dates import written
from local.demo_site.fields import ACCESS_LICENSE
from local.demo_site.license_pool import BrokenRulesError, Released
from local.demo_site.records import HeldLicense, LicenseType


def licenses_listing(
    site: Site, request: Request, license_type: LicenseType
) -> Listing[HeldLicense]:
    """The licenses of the type that the caller may see."""
    rights, ids = rights_of(request), ids_asked_for(request)
    return Listing(
        rows=[held for held in site.world.held(license_type, ids) if rights.sees_license(held)],
        full=license_full,
        condensed=license_condensed,
        fields=ACCESS_LICENSE,
        definition=definition_of(license_type),
        made_of=lambda held: (held.license.id, (held.license, held.user)),
    )


def definition_of(license_type: LicenseType) -> str:
    """The name of the record in Qlik's OpenAPI document."""
    return f"License{license_type.title()}AccessType"


def license_routes(site: Site) -> list[Route]:
    """All routes of the site license and of both access types."""
    routes = _SiteLicense(site).routes()
    for license_type in LicenseType:
        routes += _AccessType(site, license_type).routes()
    return routes


class _SiteLicense:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        return [
            Route("/qrs/license", self.show),
            Route("/qrs/license/accesstypeoverview", self.overview),
            Route("/qrs/license/accesstypeinfo", self.info),
            Route("/qrs/license/{id:uuid}", self.delete, methods=["DELETE"]),
        ]

    def show(self, _request: Request) -> Response:
        body = self._site.world.site_license
        return json_answer(self._site, body, None if body is None else "License")

    def overview(self, _request: Request) -> Response:
        body, shown = self._site.world.overview(), self._site.world.behaviour.overview
        if shown == "unknown":
            return error(404)
        if shown == "without pools":
            body = {name: part for name, part in body.items() if name not in OVERVIEW_POOLS}
        return json_answer(self._site, body, "AccessTypeOverview")

    def info(self, _request: Request) -> Response:
        body = access_type_info(self._site.world.counts())
        return json_answer(self._site, body, "AccessTypesInfo")

    def delete(self, request: Request) -> Response:
        """Take the site license away: what a client must never do, and a test can see."""
        license_ = self._site.world.site_license
        if license_ is None or license_["id"] != str(request.path_params["id"]):
            return error(404)
        self._site.world.site_license = None
        return Response(status_code=204)


class _AccessType:
    def __init__(self, site: Site, license_type: LicenseType) -> None:
        self._site = site
        self._type = license_type
        self._definition = definition_of(license_type)

    def routes(self) -> list[Route]:
        base = f"/qrs/license/{self._type}accesstype"
        return [
            Route(base, self.show_list),
            Route(base, self.allocate, methods=["POST"]),
            Route(f"{base}/full", self.show_full),
            Route(f"{base}/count", self.count),
            Route(f"{base}/table", self.table, methods=["POST"]),
            Route(f"{base}/{{id:uuid}}", self.show),
            Route(f"{base}/{{id:uuid}}", self.change, methods=["PUT"]),
            Route(f"{base}/{{id:uuid}}", self.delete, methods=["DELETE"]),
        ]

    def show_list(self, request: Request) -> Response:
        return list_answer(self._site, request, self._listing(request), full=False)

    def show_full(self, request: Request) -> Response:
        return list_answer(self._site, request, self._listing(request), full=True)

    def count(self, request: Request) -> Response:
        return count_answer(self._site, request, self._listing(request))

    async def table(self, request: Request) -> Response:
        return await table_answer(self._site, request, self._listing(request))

    def show(self, request: Request) -> Response:
        held = self._visible(request)
        return error(404) if held is None else self._one(held)

    async def allocate(self, request: Request) -> Response:
        """POST {"user":{"id":...}}: 201, or 400 when nothing is free (QRS facts 1d, 4)."""
        if not rights_of(request).may_change:
            return error(403)
        user_id = _user_id_in(await body_of(request))
        if user_id is None or not self._site.world.behaviour.post_gives:
            return error(400, BROKEN_RULES)
        try:
            held = self._site.world.allocate(self._type, user_id, account_of(request))
        except BrokenRulesError as refused:
            return error(400, f"{BROKEN_RULES} {refused}")
        return self._one(held, 201)

    async def change(self, request: Request) -> Response:
        """PUT: 409 with an old modifiedDate; the only change taken is quarantined=false."""
        body = await body_of(request)
        with self._site.world.held_still():
            held = self._visible(request)
            if held is None:
                return error(404)
            if not rights_of(request).may_change:
                return error(403)
            return self._changed(held, body, account_of(request))

    def _changed(self, held: HeldLicense, body: object, by: str) -> Response:
        if not isinstance(body, dict):
            return error(400, BROKEN_RULES)
        if body.get("modifiedDate") != written(held.license.modified):
            return error(409)
        effect = self._site.world.behaviour.put_reinstates
        wanted = body.get("quarantined") is False and held.license.quarantined
        if wanted and effect == "refused":
            return error(400, BROKEN_RULES)
        if not wanted or effect == "without effect":
            return self._one(held)
        try:
            return self._one(self._site.world.reinstate(self._type, held.license.id, by))
        except BrokenRulesError as refused:
            return error(400, f"{BROKEN_RULES} {refused}")

    def delete(self, request: Request) -> Response:
        """DELETE: 204, whether the license is free now or in quarantine (QRS fact 2d)."""
        world, license_id = self._site.world, str(request.path_params["id"])
        rights, held = rights_of(request), world.license(self._type, license_id)
        if not rights.may_change or not (held is None or rights.sees_license(held)):
            return error(403)
        released = world.release(self._type, license_id, account_of(request))
        if released is Released.UNKNOWN:
            return Response(status_code=world.behaviour.delete_unknown)
        if released is Released.WAS_QUARANTINED:
            return Response(status_code=world.behaviour.delete_quarantined)
        return Response(status_code=204)

    def _listing(self, request: Request) -> Listing[HeldLicense]:
        return licenses_listing(self._site, request, self._type)

    def _visible(self, request: Request) -> HeldLicense | None:
        held = self._site.world.license(self._type, str(request.path_params["id"]))
        return held if held is not None and rights_of(request).sees_license(held) else None

    def _one(self, held: HeldLicense, status: int = 200) -> Response:
        return json_answer(self._site, license_full(held), self._definition, status)


def _user_id_in(body: object) -> str | None:
    user = body.get("user") if isinstance(body, dict) else None
    user_id = user.get("id") if isinstance(user, dict) else None
    return user_id.lower() if isinstance(user_id, str) else None
