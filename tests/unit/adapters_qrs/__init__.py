"""The parts of the QRS client that need no socket."""
