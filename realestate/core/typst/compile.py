"""Compiles typst documents: an order as JSON on standard input, the PDFs on standard output, each after its length.

Run by ``realestate.core.documents`` as a process of its own, with its longest life in seconds as the argument;
imports nothing of the house. All documents of an order have the same template and the same files.
"""

import base64
import json
import signal
import sys
import tempfile
from pathlib import Path

import typst

if hasattr(signal, "alarm"):  # ends us even when whoever started us is gone
    signal.alarm(int(sys.argv[1]))
order = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as place:  # the documents' world: they can read no other file
    for name, content in order.get("files", {}).items():
        (Path(place) / Path(name).name).write_bytes(base64.b64decode(content))
    fonts = typst.Fonts(include_system_fonts=False)
    for data in order["documents"]:
        pdf = typst.compile(
            order["source"].encode(),
            root=place,
            font_paths=fonts,
            sys_inputs={"data": data},
            timestamp=0,  # the same data gives the same bytes
        )
        sys.stdout.buffer.write(len(pdf).to_bytes(8, "big") + pdf)
