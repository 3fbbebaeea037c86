"""Selections: how the QMC deletes many licenses with three requests (QRS fact 2e)."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.demo_site.answers import (
    BROKEN_RULES,
    Listing,
    Site,
    account_of,
    body_of,
    count_answer,
    error,
    json_answer,
    list_answer,
    rights_of,
)
from local.demo_site.bodies import JsonObject
from local.demo_site.dates import written
from local.demo_site.filters import FilterError
from local.demo_site.license_routes import licenses_listing
from local.demo_site.people import new_guid
from local.demo_site.records import HeldLicense, LicenseType

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class _Item:
    type: str
    object_id: str
    id: str = field(default_factory=new_guid)


@dataclass(frozen=True, slots=True)
class _Selection:
    items: tuple[_Item, ...]
    created: datetime
    by: str
    id: str = field(default_factory=new_guid)

    def ids(self, license_type: LicenseType) -> list[str]:
        wanted = license_type.schema_path.casefold()
        return [item.object_id for item in self.items if item.type.casefold() == wanted]

    def body(self) -> JsonObject:
        return self._stamps(self.id) | {
            "items": [self._item(item) for item in self.items],
            "privileges": None,
            "schemaPath": "Selection",
        }

    def _item(self, item: _Item) -> JsonObject:
        return self._stamps(item.id) | {
            "type": item.type,
            "objectID": item.object_id,
            "objectName": None,
            "schemaPath": "SelectionItem",
        }

    def _stamps(self, entity_id: str) -> JsonObject:
        moment = written(self.created)
        return {
            "id": entity_id,
            "createdDate": moment,
            "modifiedDate": moment,
            "modifiedByUserName": self.by,
        }


class SelectionRoutes:
    """The selections of a site, and the routes on them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._selections: dict[str, _Selection] = {}

    def routes(self) -> list[Route]:
        """All routes; those of a type come once for each access type."""
        one = "/qrs/selection/{id:uuid}"
        routes = [
            Route("/qrs/selection", self.create, methods=["POST"]),
            Route(one, self.show),
            Route(one, self.forget, methods=["DELETE"]),
            Route(f"{one}/license", self.delete_site_license, methods=["DELETE"]),
        ]
        for kind in LicenseType:
            of_type = _OfType(self._site, self._selections, kind)
            path = f"license/{kind}accesstype"
            routes += [
                Route(f"/qrs/selection/{path}", of_type.create_by_filter, methods=["POST"]),
                Route(f"{one}/{path}", of_type.delete, methods=["DELETE"]),
                Route(f"{one}/{path}", of_type.show_list),
                Route(f"{one}/{path}/full", of_type.show_full),
                Route(f"{one}/{path}/count", of_type.count),
            ]
        return routes

    async def create(self, request: Request) -> Response:
        """POST {"items":[{"type":...,"objectID":...}]} -> 201 with the items."""
        items = _items_in(await body_of(request))
        if items is None:
            return error(400, BROKEN_RULES)
        if self._site.world.behaviour.selection_drops_unknown:
            items = [item for item in items if self._exists(item)]
        return _kept(self._site, self._selections, items, request)

    def show(self, request: Request) -> Response:
        """The selection with its items."""
        selection = self._selections.get(str(request.path_params["id"]))
        if selection is None:
            return error(404)
        return json_answer(self._site, selection.body(), "Selection")

    def forget(self, request: Request) -> Response:
        """Delete the selection; what it refers to stays."""
        found = self._selections.pop(str(request.path_params["id"]), None)
        return error(404) if found is None else Response(status_code=204)

    def delete_site_license(self, request: Request) -> Response:
        """Take the site license away: what a client must never do, and a test can see."""
        if str(request.path_params["id"]) not in self._selections:
            return error(404)
        self._site.world.site_license = None
        return Response(status_code=204)

    def _exists(self, item: _Item) -> bool:
        return any(
            self._site.world.license(kind, item.object_id) is not None for kind in LicenseType
        )


class _OfType:
    """The licenses of one type in a selection."""

    def __init__(self, site: Site, selections: dict[str, _Selection], kind: LicenseType) -> None:
        self._site = site
        self._selections = selections
        self._type = kind

    def create_by_filter(self, request: Request) -> Response:
        """Select by filter: everything when the filter got lost. The danger of QRS fact 2e."""
        listing = licenses_listing(self._site, request, self._type)
        try:
            held = list(listing.select(request, self._site.world))
        except FilterError as wrong:
            return PlainTextResponse(str(wrong), 400)
        items = [_Item(self._type.schema_path, x.license.id) for x in held]
        return _kept(self._site, self._selections, items, request)

    def show_list(self, request: Request) -> Response:
        listing = self._listing(request)
        if listing is None:
            return error(404)
        return list_answer(self._site, request, listing, full=False)

    def show_full(self, request: Request) -> Response:
        listing = self._listing(request)
        if listing is None:
            return error(404)
        return list_answer(self._site, request, listing, full=True)

    def count(self, request: Request) -> Response:
        listing = self._listing(request)
        return error(404) if listing is None else count_answer(self._site, request, listing)

    def delete(self, request: Request) -> Response:
        """Delete every license of this type in the selection; 204 as far as known."""
        selection = self._selections.get(str(request.path_params["id"]))
        if selection is None:
            return error(404)
        if not rights_of(request).may_change:
            return error(403)
        world, ids = self._site.world, selection.ids(self._type)
        stop = world.behaviour.selection_delete_stops_after
        for license_id in ids[:stop]:
            world.release(self._type, license_id, account_of(request))
        return error(500) if stop is not None and stop < len(ids) else Response(status_code=204)

    def _listing(self, request: Request) -> Listing[HeldLicense] | None:
        selection = self._selections.get(str(request.path_params["id"]))
        if selection is None:
            return None
        listing = licenses_listing(self._site, request, self._type)
        ids = set(selection.ids(self._type))
        listing.rows[:] = [held for held in listing.rows if held.license.id in ids]
        return listing


def _kept(
    site: Site, selections: dict[str, _Selection], items: list[_Item], request: Request
) -> Response:
    selection = _Selection(tuple(items), site.world.now(), account_of(request))
    selections[selection.id] = selection
    body = selection.body()
    if not site.world.behaviour.selection_shows_items:
        del body["items"]
    return json_answer(site, body, "Selection", 201)


def _items_in(body: object) -> list[_Item] | None:
    given = body.get("items") if isinstance(body, dict) else None
    if not isinstance(given, list):
        return None
    items = [_item_in(item) for item in given]
    read = [item for item in items if item is not None]
    return read if len(read) == len(items) else None


def _item_in(given: object) -> _Item | None:
    kind = given.get("type") if isinstance(given, dict) else None
    object_id = given.get("objectID") if isinstance(given, dict) else None
    if not isinstance(kind, str) or not isinstance(object_id, str):
        return None
    return _Item(kind, object_id.lower()) if _GUID.fullmatch(object_id.lower()) else None
