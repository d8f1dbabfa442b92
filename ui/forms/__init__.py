"""Forms that draw themselves from the settings' JSON Schemas."""
