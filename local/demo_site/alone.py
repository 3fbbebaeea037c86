"""Runs a demo server alone, as a command does."""

import signal
import sys
import threading
from contextlib import AbstractContextManager

from local.demo_site.tls_server import DemoSiteError


def run_until_stopped(server: AbstractContextManager[str]) -> int:
    """Run it until Ctrl-C or SIGTERM, and print the text that it gives; returns the exit code."""
    stopped = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopped.set())
    try:
        with server as how_to_reach:
            sys.stdout.write(how_to_reach)
            sys.stdout.flush()
            stopped.wait()
    except (DemoSiteError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
