"""The app on one machine for as long as somebody wants it: timers, queues, and HTTP on loopback."""
