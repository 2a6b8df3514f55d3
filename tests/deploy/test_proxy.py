"""H10: what the proxy in front lets in, and what it says of the caller, read from its configuration."""

import re

from tests.deploy.files import DEPLOY

SITE = DEPLOY / "nginx" / "realestate.conf"


def directives(text: str) -> list[tuple[str, str]]:
    """Each directive with what follows it, blocks by their heads."""
    plain = re.sub(r"(?m)(?:^|\s)#.*$", "", text)
    found = re.findall(r"([a-z_]+)\s+((?:'[^']*'|[^;{}'])*)[;{]", plain)
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
    doors = said("listen")
    assert doors == ["80", "[::]:80", "443 ssl", "[::]:443 ssl"]
    plain = SITE.read_text().partition("listen 443")[0]
    kept = [each for each in directives(plain) if each[0] in {"location", "return"}]
    assert kept == [
        ("location", "/api/"),
        ("return", "403"),
        ("location", "/"),
        ("return", "308 https://$host$request_uri"),
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
    assert ("location", "= /metrics") in directives(SITE.read_text())
    assert said("server_tokens") == ["off"]


def test_H10_its_lines_have_no_queries_and_the_id_that_our_lines_have():
    (form,) = said("log_format")
    assert "$request_uri" not in form
    assert "$args" not in form
    assert "$remote_addr" in form
    assert "$time_iso8601" in form
    assert "$upstream_http_x_request_id" in form
    assert said("access_log") == ["/var/log/nginx/access.log without_queries"]
