"""Fixtures that every test may use."""

pytest_plugins = ["tests.demo_site_fixture"]
