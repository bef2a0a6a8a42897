"""When to do it: ticks over due work."""
