"""What the house adds to the database: fields, the meaning of constraints, and a server that starts by itself."""
