"""What we claim about speed, as scripts that print ratios against baselines of the same run."""
