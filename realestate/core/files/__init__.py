"""The one way to keep files: rows say what they are, the storage holds them under random names.

Services store and link; ``realestate.core.api.files`` hands them out over HTTP.
"""

from realestate.core.files.links import file_path, file_url, opens, signed_link
from realestate.core.files.storing import store_file
from realestate.core.files.uploads import (
    EmptyFile,
    FileTooLarge,
    UnknownFileType,
    keep_upload,
)

__all__ = [
    "EmptyFile",
    "FileTooLarge",
    "UnknownFileType",
    "file_path",
    "file_url",
    "keep_upload",
    "opens",
    "signed_link",
    "store_file",
]
