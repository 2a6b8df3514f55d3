"""Phases, construction updates and milestones."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from progress.enums import MilestoneState
from progress.models import CompletionDate, ConstructionUpdate, Milestone, ProjectProgress
from tests.factories.projects import LONG_AGO, ProjectFactory


class PhaseFactory(DjangoModelFactory):
    """A phase that customers see."""

    class Meta:
        model = ProjectProgress

    project = factory.SubFactory(ProjectFactory)
    sequence = factory.Sequence(lambda n: n % 30_000 + 1)
    phase_name = factory.Sequence(lambda n: f"Phase {n}")
    contractor_notes = "Pour was late; talk to the contractor."


class UpdateFactory(DjangoModelFactory):
    """A published update for booked customers."""

    class Meta:
        model = ConstructionUpdate

    project = factory.SubFactory(ProjectFactory)
    update_title = factory.Sequence(lambda n: f"Update {n}")
    update_content = "The slab of floor 4 was poured."
    published_at = LONG_AGO
    posted_by = factory.LazyAttribute(lambda update: update.project.builder.user)


class MilestoneFactory(DjangoModelFactory):
    """A stage that is planned; ``reported=True`` says that it is done, ``certified=True`` that it may be billed."""

    class Meta:
        model = Milestone

    class Params:
        reported = factory.Trait(
            state=MilestoneState.REPORTED,
            reported_at=LONG_AGO,
            reported_by=factory.SelfAttribute("project.builder.user"),
        )
        certified = factory.Trait(
            reported=True,
            state=MilestoneState.CERTIFIED,
            certified_on=LONG_AGO.date(),
            certified_at=LONG_AGO,
            certified_by=factory.SelfAttribute("project.builder.user"),
        )

    project = factory.SubFactory(ProjectFactory)
    sequence = factory.Sequence(lambda n: n % 30_000 + 1)
    code = factory.Sequence(lambda n: f"stage-{n}")
    name = factory.Sequence(lambda n: f"Stage {n}")


class CompletionDateFactory(DjangoModelFactory):
    """The first promise of a project."""

    class Meta:
        model = CompletionDate

    project = factory.SubFactory(ProjectFactory)
    number = 1
    promised_on = date(2030, 6, 30)
    revised_by = factory.LazyAttribute(lambda row: row.project.builder.user)
    revised_at = LONG_AGO
