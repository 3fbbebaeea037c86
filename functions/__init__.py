"""The doors: one blueprint a file. Each function parses its input and calls one use case."""
