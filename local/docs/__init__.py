"""The tables of the docs that are made from the code, and a command that writes them anew."""
