"""The entrance of the admin: password, second factor, and one's own second factor."""
