"""What the product is measured against, in the same run: our own code, as small as it can be."""
