"""Each row of the contract's checklist, over HTTP, as the frontend would ask."""
