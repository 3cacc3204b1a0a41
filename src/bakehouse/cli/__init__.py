"""The command line: `main` holds the lazy verb table, every other file is one verb or one way to show things."""
