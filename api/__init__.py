"""HTTP doors, a file per noun: they parse, ask the engine or the store, and answer."""
