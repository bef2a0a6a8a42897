"""The command line: reads arguments and settings, builds the parts, prints."""
