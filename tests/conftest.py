"""Fixtures that every test may use."""

pytest_plugins = [
    "tests.azurite_fixture",
    "tests.demo_site_fixture",
    "tests.influxdb_fixture",
    "tests.qms_fixture",
]
