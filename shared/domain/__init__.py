"""The rules: pure, standard library only; time, settings and data come in as arguments."""
