"""Many rows, made from a seed and loaded with COPY, to measure with."""
