"""The app on one machine, without Azure: a small host, a demo Qlik site, commands."""
