"""Looks whether the app could do its work with given settings, and says what to do where not."""
