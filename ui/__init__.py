"""The pages that people see; they speak to the rest of the product over HTTP alone."""
