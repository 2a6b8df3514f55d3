"""Compiles one typst document: an order as JSON on standard input, the PDF on standard output.

Run by ``realestate.core.documents`` as a process of its own, with its longest life in seconds as the argument;
imports nothing of the house.
"""

import json
import signal
import sys
import tempfile

import typst

if hasattr(signal, "alarm"):  # ends us even when whoever started us is gone
    signal.alarm(int(sys.argv[1]))
order = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as empty:  # the document's world: it can read no file of ours
    pdf = typst.compile(
        order["source"].encode(),
        root=empty,
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"data": order["data"]},
        timestamp=0,  # the same data gives the same bytes
    )
sys.stdout.buffer.write(pdf)
