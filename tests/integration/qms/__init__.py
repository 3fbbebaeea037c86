"""The QMS client against the demo QMS and raw servers."""
