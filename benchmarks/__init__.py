"""Programs that measure; nothing of the platform imports them."""
