"""What read and write shapes promise: aliases that name fields, examples that are accepted, figures that are lent."""

import pytest

from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.figures import lent
from tests.house.source import classes_below


def named(base):
    """Shapes that are used themselves, not those that others are made from."""
    used = (shape for shape in classes_below(base) if not shape.__subclasses__())
    return sorted(used, key=lambda shape: (shape.__module__, shape.__name__))


each_shape = pytest.mark.parametrize(
    "shape", named(ReadSerializer) + named(WriteSerializer), ids=lambda shape: shape.__name__
)
each_read = pytest.mark.parametrize(
    "shape", named(ReadSerializer), ids=lambda shape: shape.__name__
)
each_write = pytest.mark.parametrize(
    "shape", named(WriteSerializer), ids=lambda shape: shape.__name__
)


@each_shape
def test_an_alias_names_a_field_and_is_none(shape):
    fields = set(shape().fields)
    assert set(shape.aliases.values()) <= fields
    assert not set(shape.aliases) & fields


@each_read
def test_a_list_has_an_order_that_ends_in_the_key(shape):
    assert shape.order[-1] in {"pk", "-pk", "id", "-id"}


@each_write
def test_blanks_and_examples_name_fields(shape):
    fields = set(shape().fields)
    assert set(shape.blank_is_null) <= fields
    assert set(shape.example) <= fields | set(shape.aliases)


@each_write
def test_an_example_is_accepted(shape):
    if shape.example:
        body = shape(data=dict(shape.example), partial=shape.__name__.endswith("Patch"))
        assert body.is_valid(), body.errors


@each_read
def test_figures_are_lent(shape):
    known = {name for figures in lent().values() for name in figures}
    assert set(shape.figures) <= known
