"""H10: what is written on a machine where the platform is installed goes to another one, with the right time."""

from realestate.settings.env import BASE_DIR
from tests.deploy.files import services


def test_H10_every_container_writes_to_the_journal_which_leaves_the_machine():
    wanted = {"driver": "journald", "options": {"tag": "{{.Name}}"}}
    assert {
        name for name, service in services().items() if service.get("logging") != wanted
    } == set()


def test_H10_what_is_installed_sends_its_lines_away_and_keeps_the_time():
    said = (BASE_DIR / "docs" / "operation.md").read_text()
    systemd, docker = (
        said.partition(f"## Install with {way}")[2].partition("\n## ")[0]
        for way in ("systemd", "Docker")
    )
    for way in (systemd, docker):
        assert "systemd-journal-remote" in way
        assert "deploy/systemd/90-realestate-upload.conf /etc/systemd/journal-upload.conf.d/" in way
        assert "systemctl enable --now systemd-journal-upload systemd-timesyncd" in way
        assert "systemd-timesyncd" in way.partition("apt-get install")[2].partition("\n")[0]
    assert "cp deploy/nginx/log-one-machine.conf /etc/nginx/realestate/log.conf" in systemd
    assert "SET log_destination = 'syslog'" in systemd
    assert "rm -f /etc/nginx/sites-enabled/default" in systemd  # it writes lines of its own
