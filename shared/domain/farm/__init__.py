"""Planning a Citrix farm for QlikView clients: who starts where, so that nobody is refused."""
