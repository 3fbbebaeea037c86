"""The benchmark in small, and what a cold start may load."""
