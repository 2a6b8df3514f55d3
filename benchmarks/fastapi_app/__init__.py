"""The yardstick: the same reads as the usual FastAPI, SQLAlchemy and Pydantic application of the same tables."""
