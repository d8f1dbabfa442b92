"""The tests: told stories, tables, real databases, real sockets."""
