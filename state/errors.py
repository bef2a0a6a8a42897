"""What a person must mend. Anything else that is raised is a bug and keeps its traceback."""


class UserError(Exception):
    """What went wrong with its value, what was expected, where, and what to do next. Exit code 1."""


class Misuse(UserError):
    """The command or its configuration is off. Exit code 2."""


class Conflict(UserError):
    """What is asked for is there already."""


class NotFound(UserError):
    """No such thing; the message names the command that lists what there is."""


class Busy(UserError):
    """Another process holds the database. Nothing was done; the same may be tried again."""
