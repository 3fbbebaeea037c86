"""What the host hands to a function when a trigger fires, and reads from an HTTP one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from local.worker.invocation import InvocationResult, QueueDelivery
from local.worker.typed_values import HttpRequest, HttpResponse, Json, Value


@dataclass(frozen=True, slots=True)
class TriggerInput:
    """A trigger's value, and the metadata that goes along with it."""

    value: Value
    metadata: Mapping[str, Value]


def timer_input(*, past_due: bool) -> TriggerInput:
    """Builds the input of a timer function, as the timer extension writes it."""
    info = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": past_due}
    return TriggerInput(Json(json.dumps(info)), {})


def queue_input(delivery: QueueDelivery) -> TriggerInput:
    """Builds the input of a queue function; metadata names are the storage extension's."""
    times = {
        "InsertionTime": delivery.inserted,
        "ExpirationTime": delivery.expires,
        "NextVisibleTime": delivery.next_visible,
    }
    known: dict[str, Value] = {name: _time(time) for name, time in times.items() if time}
    return TriggerInput(
        delivery.body,
        known
        | {
            "Id": delivery.message_id,
            "DequeueCount": Json(str(delivery.dequeue_count)),
            "PopReceipt": delivery.pop_receipt,
        },
    )


def http_input(request: HttpRequest) -> TriggerInput:
    """Builds the input of an HTTP function."""
    return TriggerInput(request, {})


def http_answer(result: InvocationResult) -> HttpResponse:
    """Reads the response from an HTTP function's result; an exception is a 500, as in Azure."""
    if not result.succeeded:
        return HttpResponse(500)
    match result.return_value:
        case HttpResponse() as response:
            return response
        case None:
            return HttpResponse(204)
        case Json() as answer:
            return HttpResponse(200, {"content-type": "application/json"}, answer.text.encode())
        case other:
            return HttpResponse(200, {"content-type": "text/plain"}, str(other).encode())


def _time(time: datetime) -> Json:
    return Json(json.dumps(time.isoformat()))
