"""The same journey on other engines, each in an environment of its own: `URL CONTACTS` in, seconds out."""
