"""The back office's common ground: apps take HouseAdmin and its columns from here."""

from realestate.core.admin import maintenance, pages, settings
from realestate.core.admin.base import HouseAdmin, ObjectAction, ReadOnlyAdmin
from realestate.core.admin.columns import moment, money, text
from realestate.core.admin.forms import HouseForm

__all__ = [
    "HouseAdmin",
    "HouseForm",
    "ObjectAction",
    "ReadOnlyAdmin",
    "maintenance",
    "moment",
    "money",
    "pages",
    "settings",
    "text",
]
