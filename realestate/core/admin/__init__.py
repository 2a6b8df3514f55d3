"""The back office's common ground: apps take HouseAdmin and its columns from here."""

from realestate.core.admin import imports, maintenance, pages, settings
from realestate.core.admin.base import HouseAdmin, ObjectAction, ReadOnlyAdmin
from realestate.core.admin.columns import moment, money, text
from realestate.core.admin.forms import HouseForm
from realestate.core.admin.neighbours import Neighbour, Paper, lend_neighbours
from realestate.core.admin.proof import ProvenMixin
from realestate.core.admin.rows import OwnRowsFilter, is_platform
from realestate.core.office import office_rows

__all__ = [
    "HouseAdmin",
    "HouseForm",
    "Neighbour",
    "ObjectAction",
    "OwnRowsFilter",
    "Paper",
    "ProvenMixin",
    "ReadOnlyAdmin",
    "imports",
    "is_platform",
    "lend_neighbours",
    "maintenance",
    "moment",
    "money",
    "office_rows",
    "pages",
    "settings",
    "text",
]
