"""What money looks like on the wire."""
