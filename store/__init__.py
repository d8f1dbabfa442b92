"""Tables and every query: the only folder that knows SQL."""
