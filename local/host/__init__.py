"""A small Functions host for one machine: settings, timers, queue triggers, queue outputs."""
