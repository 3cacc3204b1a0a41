"""External programs: `run` is the one door to subprocess; every other file builds argv tuples for one tool."""
