"""The ground: transactions, locks, states, events, figures, and the edge that all resources share."""
