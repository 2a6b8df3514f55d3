"""The back office's common ground: apps take HouseAdmin and its columns from here."""

from realestate.core.admin import pages
from realestate.core.admin.base import (
    HouseAdmin,
    HouseForm,
    ObjectAction,
    ReadOnlyAdmin,
    moment,
    money,
    text,
)

__all__ = [
    "HouseAdmin",
    "HouseForm",
    "ObjectAction",
    "ReadOnlyAdmin",
    "moment",
    "money",
    "pages",
    "text",
]
