"""What a journey is: its graph, its checks, the walk of a contact along it, rules and templates; pure."""
