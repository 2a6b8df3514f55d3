"""The example of the documentation, told to real processes as it stands (what issue 4 calls done)."""

import runpy
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "docs" / "examples" / "after_the_sale.py"


@pytest.fixture
def site(live_server, settings, tmp_path) -> str:
    settings.MEDIA_ROOT = tmp_path
    return str(live_server.url)


def test_message_calendars_stage_and_file_behave_as_the_example_says(servers, site, capsys):
    story = runpy.run_path(str(SCRIPT))

    assert story["run"](site, f"ws://127.0.0.1:{servers.ports[0]}") < 1

    said = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in said] == ["1.", "2.", "3.", "4."]
    assert "DM-" in said[2]
    assert said[3].endswith("404, 404, 404, 404.")
