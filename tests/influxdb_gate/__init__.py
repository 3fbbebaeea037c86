"""InfluxDB's 2.x write API for tests: in front of a real InfluxDB 1.6, or of a stub."""
