"""What planning and releasing cost, beside the usual way and the least possible."""
