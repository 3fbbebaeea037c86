"""How the routes answer: JSON bodies, lists streamed in pieces, and errors in QRS's words."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from local.demo_site.accounts import Rights
from local.demo_site.bodies import JsonObject
from local.demo_site.fields import Fields, kind_of, values_at
from local.demo_site.filters import FilterError, Test, compile_filter, only_ids
from local.demo_site.gate import lower_query
from local.demo_site.row_texts import RowTexts, dumped
from local.demo_site.schema_check import SchemaCheck
from local.demo_site.table import Page, TableError, columns_from, cut_page, sort_key
from local.demo_site.world import World

_ROWS_A_PIECE = 500
BROKEN_RULES = "<BrokenRules>"
_NO_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Site:
    """What every route works on."""

    world: World
    check: SchemaCheck | None
    texts: RowTexts = field(default_factory=RowTexts)


@dataclass(frozen=True, slots=True)
class Listing[Row]:
    """A list of one kind of entity: rows as they were at the moment of asking.

    `definition` is the record's name in Qlik's OpenAPI document; None is not held against it.
    `made_of` gives a row's id and all the records that its JSON is made of.
    """

    rows: list[Row]
    full: Callable[[Row], JsonObject]
    condensed: Callable[[Row], JsonObject]
    fields: Fields
    definition: str | None
    made_of: Callable[[Row], tuple[str, tuple[object, ...]]]

    def select(self, request: Request, world: World) -> Iterator[Row]:
        """The rows that the request's filter lets through, in its order."""
        query = lower_query(request)
        test = self._filter(query.get("filter", ""), world)
        rows = (row for row in self._remaining(request) if test is None or test(self.full(row)))
        return self._ordered(rows, query.get("orderby", ""))

    def _filter(self, text: str, world: World) -> Test | None:
        # An empty value is taken as no filter, which for a client is the worse of the answers.
        if not text:
            return None
        return compile_filter(text, self.fields, naive_is=world.behaviour.naive_dates_are)

    def _remaining(self, request: Request) -> list[Row]:
        lost = request.scope.get("rows_to_lose", 0)
        return self.rows[: max(0, len(self.rows) - lost)]

    def _ordered(self, rows: Iterator[Row], order: str) -> Iterator[Row]:
        if not order:
            return rows
        path, _, direction = order.strip().partition(" ")
        if kind_of(path, self.fields) is None or direction.lower() not in {"", "asc", "desc"}:
            raise FilterError(f"Cannot parse the expression: {order}")
        return iter(
            sorted(
                rows,
                key=lambda row: sort_key(next(values_at(self.full(row), path), None)),
                reverse=direction.lower() == "desc",
            )
        )


def rights_of(request: Request) -> Rights:
    """What the caller may do; the gate has found it out."""
    rights: Rights = request.scope["rights"]
    return rights


def ids_asked_for(request: Request) -> frozenset[str] | None:
    """The ids in lower case, when the filter names rows by their ids alone; else None."""
    return only_ids(lower_query(request).get("filter", ""))


def account_of(request: Request) -> str:
    """The caller's name, for modifiedByUserName."""
    return str(request.scope["account"])


def json_answer(
    site: Site, body: object, definition: str | None = None, status: int = 200
) -> Response:
    """Answer with one JSON value, held against its definition when that is at hand."""
    if site.check is not None and definition is not None:
        site.check.check(definition, body)
    return Response(dumped(body), status, media_type="application/json")


def list_answer[Row](
    site: Site, request: Request, listing: Listing[Row], *, full: bool
) -> Response:
    """Answer with a JSON array, written in pieces so that a big one is never whole in memory."""
    try:
        rows = listing.select(request, site.world)
    except FilterError as wrong:
        return PlainTextResponse(str(wrong), 400)
    render = listing.full if full else listing.condensed
    if site.check is not None and listing.definition is not None:
        definition = listing.definition if full else f"{listing.definition}Condensed"
        site.check.check_rows(definition, map(render, listing.rows))
    texts = (site.texts.text(render, row, *listing.made_of(row)) for row in rows)
    return StreamingResponse(_array(texts), media_type="application/json")


def count_answer[Row](site: Site, request: Request, listing: Listing[Row]) -> Response:
    """Answer `{"value": N}`, which is what QRS sends for a count."""
    try:
        count = sum(1 for _ in listing.select(request, site.world))
    except FilterError as wrong:
        return PlainTextResponse(str(wrong), 400)
    return json_answer(site, {"value": count})


async def table_answer[Row](site: Site, request: Request, listing: Listing[Row]) -> Response:
    """Answer 201 with the columns that were asked for, one page of them."""
    definition = await body_of(request)
    return await run_in_threadpool(_table, site, request, listing, definition)


def _table[Row](
    site: Site, request: Request, listing: Listing[Row], definition: object
) -> Response:
    try:
        columns = columns_from(definition, listing.fields)
        page = Page.from_query(lower_query(request))
        full = (listing.full(row) for row in listing.select(request, site.world))
        rows = cut_page([[x.cell(row) for x in columns] for row in full], columns, page)
    except (FilterError, TableError) as wrong:
        return PlainTextResponse(str(wrong), 400)
    body = {
        "id": _NO_ID,
        "columnNames": [column.name for column in columns],
        "rows": rows,
        "schemaPath": "Table",
    }
    return json_answer(site, body, "Table", 201)


def error(status: int, text: str = "") -> Response:
    """An error in the words that QRS uses for it."""
    return PlainTextResponse(text, status)


async def body_of(request: Request) -> object:
    """The JSON that was sent; None when it is none, which every reader of it refuses."""
    try:
        return json.loads(await request.body())
    except ValueError:
        return None


def _array(rows: Iterator[str]) -> Iterator[str]:
    separator = "["
    while piece := list(islice(rows, _ROWS_A_PIECE)):
        yield separator + ",".join(piece)
        separator = ","
    yield "[]" if separator == "[" else "]"
