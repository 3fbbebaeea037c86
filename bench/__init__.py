"""Benchmarks: what the project claims in numbers, measured by one command each."""
