"""How the benchmark decides that two answers say the same."""

from benchmarks.bodies import differences


def test_other_spellings_of_an_instant_or_a_number_are_the_same():
    ours = {"at": "2026-01-01T10:00:00Z", "price": 5.0, "on": "2026-01-01", "rows": [1, None]}
    theirs = {"at": "2026-01-01T10:00:00+00:00", "price": 5, "on": "2026-01-01", "rows": [1, None]}

    assert differences(ours, theirs) == []


def test_what_differs_is_named():
    ours = {"id": 1, "rows": [{"name": "a"}], "more": [1], "extra": True}
    theirs = {"id": 2, "rows": [{"name": "b"}], "more": []}

    assert sorted(differences(ours, theirs)) == [
        ".extra is only in one",
        ".id: 1 and 2",
        ".more has 1 and 0 rows",
        ".rows[0].name: 'a' and 'b'",
    ]
