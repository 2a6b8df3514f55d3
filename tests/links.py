"""How a browser opens a link of a private file that a page of the frontend shows: without a token, with its page."""

from realestate.core.readers import Reader

ON_OUR_PAGE = {"Referer": "http://localhost:3000/"}
NOBODY = Reader()
