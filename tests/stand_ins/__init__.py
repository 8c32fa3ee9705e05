"""Small real servers in place of outside systems: they speak the same words and can misbehave."""
