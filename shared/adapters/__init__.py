"""The outside world: each adapter fills a port of the use cases."""
