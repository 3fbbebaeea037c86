"""What happens in what order; the outside world comes in through the ports."""
