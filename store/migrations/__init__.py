"""Alembic's migrations, from the first release on."""
