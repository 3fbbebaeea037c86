"""Keep a request out of the traces: its address is a secret."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def untraced() -> Iterator[None]:
    """No HTTP instrumentation sees the requests made inside.

    Instrumentation is off by the deployment's settings; a secret must not hang on that alone. Where
    OpenTelemetry was never loaded, there is nothing to keep it from.
    """
    if "opentelemetry.instrumentation.utils" not in sys.modules:
        yield
        return
    from opentelemetry.instrumentation.utils import (  # noqa: PLC0415 - cold start
        suppress_http_instrumentation,
    )

    with suppress_http_instrumentation():
        yield
