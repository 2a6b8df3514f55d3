"""Six people that every test knows: Asha books, Ravi is another buyer, Meera builds, Kiran builds elsewhere,
Sana is staff, nobody is anonymous."""

from dataclasses import dataclass

from accounts.models import User
from projects.models import Project, Unit
from tests.factories.accounts import BuilderFactory, CustomerFactory, StaffFactory
from tests.factories.projects import ProjectFactory, UnitFactory


@dataclass(frozen=True)
class Cast:
    """The people, Meera's project with one free unit, and Kiran's with another."""

    asha: User
    ravi: User
    meera: User
    kiran: User
    sana: User
    meera_project: Project
    meera_unit: Unit
    kiran_project: Project
    kiran_unit: Unit


def make_cast() -> Cast:
    """Everybody, fresh."""
    meera = BuilderFactory(user__email="meera@example.com", company_name="Meera Homes")
    kiran = BuilderFactory(user__email="kiran@example.com", company_name="Kiran Estates")
    asha = CustomerFactory(user__email="asha@example.com", first_name="Asha", last_name="Rao")
    ravi = CustomerFactory(user__email="ravi@example.com", first_name="Ravi", last_name="Iyer")
    meera_project = ProjectFactory(builder=meera, project_name="Meera Gardens")
    kiran_project = ProjectFactory(builder=kiran, project_name="Kiran Heights")
    return Cast(
        asha=asha.user,
        ravi=ravi.user,
        meera=meera.user,
        kiran=kiran.user,
        sana=StaffFactory(email="sana@example.com"),
        meera_project=meera_project,
        meera_unit=UnitFactory(project=meera_project, unit_number="A-101"),
        kiran_project=kiran_project,
        kiran_unit=UnitFactory(project=kiran_project, unit_number="K-101"),
    )
