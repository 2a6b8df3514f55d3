"""The one way to keep files: rows say what they are, the storage holds them under random names.

Services store and link; ``realestate.core.api.files`` hands them out over HTTP.
"""

from realestate.core.files.attaching import attached, opened
from realestate.core.files.cleaning import Sweep, clean_files
from realestate.core.files.kinds import (
    KINDS,
    ModelNotWhole,
    NameDisagrees,
    UnknownFileType,
)
from realestate.core.files.links import file_path, file_url, opens, signed_link
from realestate.core.files.paper import picture_for_paper
from realestate.core.files.pictures import VARIANTS, BrokenPicture, PictureTooLarge
from realestate.core.files.scanning import FileInfected, ScannerUnavailable, refuse_infected
from realestate.core.files.storing import open_file, store_file
from realestate.core.files.uploads import (
    EmptyFile,
    FileTooLarge,
    keep_upload,
    most_bytes_of,
)

__all__ = [
    "KINDS",
    "VARIANTS",
    "BrokenPicture",
    "EmptyFile",
    "FileInfected",
    "FileTooLarge",
    "ModelNotWhole",
    "NameDisagrees",
    "PictureTooLarge",
    "ScannerUnavailable",
    "Sweep",
    "UnknownFileType",
    "attached",
    "clean_files",
    "file_path",
    "file_url",
    "keep_upload",
    "most_bytes_of",
    "open_file",
    "opened",
    "opens",
    "picture_for_paper",
    "refuse_infected",
    "signed_link",
    "store_file",
]
