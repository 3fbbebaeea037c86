"""A demo Qlik Sense site, for the demo and for tests: see `site.DemoSite`."""
