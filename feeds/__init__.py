"""Documents become entries, entries become feeds."""
