"""The edge that all REST resources share: access, parsing, showing, errors, paging, throttles, schema."""
