"""The collections report: what buyers owe, how late, how well it comes in, and what will fall due."""
