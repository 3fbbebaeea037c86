"""Tests of the demo QMS on a real socket."""
