"""The Functions worker in a process of its own, run by Microsoft's code, and its parent's side."""
