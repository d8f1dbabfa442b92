"""What a journey is: its graph, the checks before it runs, the walk of a contact along it, rules and templates; pure."""
