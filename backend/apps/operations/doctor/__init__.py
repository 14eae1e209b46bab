"""Looks for what is known to go wrong, and says what to do about it. Each check is a sentence with its remedy."""
