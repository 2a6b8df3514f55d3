"""Words that clients use (contract 8), and how firm a claim can become."""

import pytest

from projects.enums import ClaimStage
from projects.rules import (
    ACCESS_LEVEL,
    CLAIM_STAGES,
    FACING,
    FILE_FORMAT,
    MODEL_TYPE,
    PROJECT_STATUS,
    PROJECT_TYPE,
    UNIT_STATUS,
    UNIT_TYPE,
)


@pytest.mark.parametrize(
    ("vocabulary", "word", "canonical"),
    [
        (PROJECT_STATUS, "in-progress", "construction"),
        (PROJECT_STATUS, "in_progress", "construction"),
        (PROJECT_STATUS, "In Progress", "construction"),
        (PROJECT_STATUS, "ONGOING", "construction"),
        (PROJECT_STATUS, "approved", "construction"),
        (PROJECT_STATUS, "PLANNING", "planning"),
        (PROJECT_STATUS, "ON_HOLD", "on_hold"),
        (PROJECT_STATUS, "on-hold", "on_hold"),
        (PROJECT_STATUS, "COMPLETED", "completed"),
        (PROJECT_STATUS, "delivered", "delivered"),
        (PROJECT_STATUS, "cancelled", None),
        (PROJECT_TYPE, "mixed_use", "mixed"),
        (PROJECT_TYPE, "Mixed Use", "mixed"),
        (PROJECT_TYPE, "industrial", "industrial"),
        (PROJECT_TYPE, "apartment", "residential"),
        (PROJECT_TYPE, "house", "residential"),
        (PROJECT_TYPE, "condo", "residential"),
        (PROJECT_TYPE, "castle", None),
        (UNIT_TYPE, "2bhk", "2BHK"),
        (UNIT_TYPE, "2 BHK", "2BHK"),
        (UNIT_TYPE, "4bhk+", "4BHK+"),
        (UNIT_TYPE, "Studio", "studio"),
        (UNIT_STATUS, "Available", "available"),
        (UNIT_STATUS, "HANDED-OVER", "handed_over"),
        (FACING, "North-East", "northeast"),
        (MODEL_TYPE, "floor plan", "floor_plan"),
        (FILE_FORMAT, "GLB", "glb"),
        (ACCESS_LEVEL, "booked-customers", "booked_customers"),
    ],
)
def test_words_in_any_spelling(vocabulary, word, canonical):
    assert vocabulary.resolve(word) == canonical


def test_a_claim_only_becomes_firmer_step_by_step():
    steps = {
        (stage, action): CLAIM_STAGES.get(stage, {}).get(action)
        for stage in ClaimStage
        for action in ClaimStage
    }
    assert {step: new for step, new in steps.items() if new} == {
        ("booked", "sold"): "sold",
        ("sold", "handed_over"): "handed_over",
    }
