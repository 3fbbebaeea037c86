"""The operator's commands: a module for each group of them."""
