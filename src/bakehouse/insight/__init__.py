"""What records mean: pure computation over model types."""
