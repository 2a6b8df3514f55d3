"""What deploy/ promises: files that fit the platform that they run."""
