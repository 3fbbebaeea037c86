"""The QRS client against real sockets, real TLS and odd answers."""
