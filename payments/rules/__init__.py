"""Rules of the payments app: pure functions and tables of domain.md, R2, R3, R6 and R8 to R11."""
