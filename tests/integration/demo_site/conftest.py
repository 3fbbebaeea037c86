from tests.demo_site_fixture import demo_pki, demo_site

__all__ = ["demo_pki", "demo_site"]
