"""Projects: what is for sale."""
