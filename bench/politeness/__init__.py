"""How hard three instances of the app drive a site that is at rest, overloaded, or slow."""
