"""Lists of words, written as running text: easier to read and to add to than hundreds of quoted strings."""


def listed(text: str, by: str | None = None) -> list[str]:
    """The words of a text between spaces, or the phrases between `by`, each with its white space folded."""
    return [" ".join(word.split()) for word in text.split(by) if word.strip()]
