"""What happened: the stream of a run folded into a record, and records kept in SQLite."""
