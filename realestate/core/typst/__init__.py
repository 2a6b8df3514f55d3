"""Templates and the compiler of documents."""
