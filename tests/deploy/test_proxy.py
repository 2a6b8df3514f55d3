"""H10: what the proxy in front lets in, and what it says of the caller, read from its configuration."""

import re

from realestate.core.headers import OF_THE_REST
from tests.deploy.files import DEPLOY

SITE = DEPLOY / "nginx" / "realestate.conf"


def directives(text: str) -> list[tuple[str, str]]:
    """Each directive with what follows it, blocks by their heads."""
    plain = re.sub(r"(?m)(?:^|\s)#.*$", "", text)
    found = re.findall(r"""([a-z_]+)\s+((?:'[^']*'|"[^"]*"|[^;{}'"])*)[;{]""", plain)
    return [(name, " ".join(value.split())) for name, value in found]


def said(name: str) -> list[str]:
    """All values of one directive."""
    return [value for word, value in directives(SITE.read_text()) if word == name]


def test_H10_only_recommended_protocols_and_ciphers_the_strongest_first():
    assert said("ssl_protocols") == ["TLSv1.2 TLSv1.3"]
    (ciphers,) = said("ssl_ciphers")
    names = ciphers.split(":")
    assert len(names) == len(set(names)) > 3
    for name in names:
        assert re.fullmatch(
            r"ECDHE-(?:ECDSA|RSA)-(?:AES(?:128|256)-GCM-SHA(?:256|384)|CHACHA20-POLY1305)", name
        )
    assert "AES256" in names[0]
    assert "AES128" in names[-1]
    assert said("ssl_prefer_server_ciphers") == ["on"]


def test_H10_whoever_comes_without_tls_is_sent_on_and_served_nothing():
    """Sent on where there are pages: at the root and in the back office."""
    doors = said("listen")
    assert doors == ["80", "[::]:80", "443 ssl", "[::]:443 ssl"]
    plain = SITE.read_text().partition("listen 443")[0]
    kept = [each for each in directives(plain) if each[0] in {"location", "return"}]
    assert kept == [
        ("location", "= /"),
        ("return", "308 https://$host/"),
        ("location", "/admin/"),
        ("return", "308 https://$host$request_uri"),
        ("location", "/"),
        ("return", "403"),
    ]
    assert "proxy_pass" not in plain


def test_H10_what_the_proxy_says_of_the_caller_is_its_own_word():
    """Each place that passes on sets all of them: what the caller wrote there is lost."""
    for part in SITE.read_text().split("location = /realtime"):
        words = dict(
            value.split(" ", 1) for name, value in directives(part) if name == "proxy_set_header"
        )
        assert words["X-Forwarded-For"] == "$remote_addr"
        assert words["X-Forwarded-Proto"] == "$scheme"
        assert words["Host"] == "$host"


def test_H10_requests_go_to_our_servers_and_nowhere_else():
    assert set(said("proxy_pass")) == {"http://realestate_web", "http://realestate_sockets"}
    for path in DEPLOY.glob("nginx/upstreams-*.conf"):
        servers = [value for name, value in directives(path.read_text()) if name == "server"]
        assert servers
        for server in servers:
            assert re.match(r"(?:127\.0\.0\.1|172\.30\.0\.\d+):800[01]\b", server), server


def test_H10_the_proxy_serves_no_folder_and_no_figures():
    assert said("root") == said("alias") == said("autoindex") == []
    text = SITE.read_text()
    for closed in ("/metrics", "/health/ready"):
        assert f"location = {closed} {{ return 404; }}" in text
    assert said("server_tokens") == ["off"] * 2


def test_H10_what_the_proxy_answers_itself_has_the_headers_of_all_others():
    """As test_proxy_live sees it where nginx is installed."""
    (codes,) = said("error_page")
    *numbers, place = codes.split()
    assert {400, 403, 404, 413, 414, 494, 500, 502, 503, 504} <= set(map(int, numbers))
    own = SITE.read_text().partition(f"location = {place} {{")[2].partition("\n    }")[0]
    headers = [value for name, value in directives(own) if name == "add_header"]
    found = dict(value.removesuffix(" always").split(" ", 1) for value in headers)
    assert all(value.endswith(" always") for value in headers)
    assert found["Strict-Transport-Security"] == '"max-age=31536000; includeSubDomains"'
    assert found["Content-Security-Policy"] == f'"{OF_THE_REST}"'
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "same-origin"
    assert ("default_type", "application/json") in directives(own)
    assert said("proxy_intercept_errors") == ["on"]  # where sockets are refused


def test_H10_its_lines_have_no_queries_and_the_id_that_our_lines_have():
    (form,) = said("log_format")
    assert "$request_uri" not in form
    assert "$uri" not in form
    assert '$request"' not in form
    assert "$args" not in form
    assert "$shown_path" in form
    assert "$remote_addr" in form
    assert "$time_iso8601" in form
    assert "$sent_http_x_request_id" in form


def test_H10_each_of_its_servers_writes_these_lines_and_none_about_faults():
    """What it writes about a fault quotes the whole request."""
    servers = SITE.read_text().split("\nserver {")[1:]
    assert len(servers) == 2
    for server in servers:
        words = directives(server)
        assert ("include", "/etc/nginx/realestate/log.conf") in words
        assert [value for name, value in words if name == "error_log"] == ["stderr emerg"]
        assert "access_log" not in dict(words)
    for place, form in (
        ("compose", "/dev/stdout "),
        ("one-machine", "syslog:server=unix:/dev/log,"),
    ):
        ((name, value),) = directives((DEPLOY / "nginx" / f"log-{place}.conf").read_text())
        assert name == "access_log"
        assert value.startswith(form)
        assert value.endswith(" without_queries")
    assert "access_log" not in dict(directives(SITE.read_text()))
