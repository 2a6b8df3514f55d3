"""Writes the demo's people and projects, through the services that everybody uses."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from accounts.enums import AccountType
from accounts.models import Session, User
from accounts.services import add_member, register_account, update_builder
from projects.enums import Facing, ProjectStatus
from projects.models import Project
from projects.services import add_tower, add_unit, publish_project
from realestate.core import audit
from realestate.core.edits import create_row
from realestate.core.enums import Role, Visibility
from realestate.core.files import file_path, store_file
from realestate.core.transactions import service
from realestate.management.demo.catalogue import BLOCKED, LIFT, SITES, Block, Plan, Site
from realestate.management.demo.people import (
    BUILDERS,
    CUSTOMERS,
    STAFF,
    TEAM,
    TEAM_OF,
    Company,
    Person,
)
from realestate.management.demo.pictures import PALETTES, draw_site
from realestate.management.demo.story import Story, put_back

THOUSAND = Decimal(1000)


def add_people(story: Story, password: str) -> None:
    """Builders and customers register; staff are appointed; all get the demo's password.

    Registration refuses so common a password, so it is set afterwards; and nobody reads these mailboxes, so their
    addresses count as verified.
    """
    staff = User(email=STAFF, user_type=Role.STAFF, is_staff=True, is_superuser=True)
    staff.set_unusable_password()
    story.people[STAFF] = create_row(actor=audit.SYSTEM, row=staff, user_type=Role.STAFF)
    for company in BUILDERS:
        story.people[company.email] = _register(company, AccountType.BUILDER)
        update_builder(
            actor=staff, builder_id=story.people[company.email].pk, changes={"verified": True}
        )
    owner = story.people[TEAM_OF]
    for colleague in TEAM:
        story.people[colleague.email] = add_member(
            actor=owner, email=colleague.email, name=colleague.name, team_role=colleague.role
        )
    for person in CUSTOMERS:
        story.people[person.email] = _register(person, AccountType.CUSTOMER)
    _open_doors(story, password)


def _register(entry: Company | Person, kind: AccountType) -> User:
    profile = {name: value for name, value in vars(entry).items() if name != "email"}
    register_account(
        email=entry.email, password=secrets.token_urlsafe(24), user_type=kind, profile=profile
    )
    user: User = User.objects.get(email=entry.email)
    return user


@service
def _open_doors(story: Story, password: str) -> None:
    mine = User.objects.filter(email__in=story.people)
    put_back(mine, password=make_password(password), email_verified_at=story.now)
    Session.objects.filter(user__in=mine).delete()  # of the registrations; nobody has their tokens
    for user in mine:
        story.people[user.email] = user


def add_projects(story: Story) -> None:
    """Projects with pictures, towers and units."""
    for index, site in enumerate(SITES):
        project = _publish(story, site, index)
        story.projects[site.key] = project
        for block in site.blocks:
            _build(story, site, project, block)


def picture(owner: User, site: Site, *, built: float, seed: int) -> str:
    """Draws and stores a picture of a project; returns its address."""
    towers = min(3, max(1, len(site.blocks)))
    content = draw_site(PALETTES[site.palette], built=built, seed=seed, towers=towers)
    name = f"{site.key}-{seed}.png"
    file = store_file(
        actor=owner,
        name=name,
        content=content,
        content_type="image/png",
        visibility=Visibility.PUBLIC,
    )
    return file_path(file)


def _publish(story: Story, site: Site, index: int) -> Project:
    owner = story.people[site.builder]
    prices = [
        _price(site, plan, floor)
        for block in site.blocks
        for plan in block.plans
        for floor in block.floors
    ]
    day = story.now.date()
    latitude, longitude = map(Decimal, site.position)
    project = publish_project(
        actor=owner,
        project_name=site.project_name,
        description=site.description,
        project_type=site.project_type,
        status=site.status,
        location_address=site.address,
        location_city=site.city,
        location_state=site.state,
        location_zipcode=site.zipcode,
        latitude=latitude,
        longitude=longitude,
        planned_units=site.planned_units,
        price_range_min=min(prices),
        price_range_max=max(prices),
        project_area=site.area,
        amenities=list(site.amenities),
        images=[
            picture(owner, site, built=1.0, seed=100 + index),
            picture(owner, site, built=site.built, seed=200 + index),
        ],
        is_featured=site.featured,
        start_date=day + timedelta(days=site.starts),
        expected_completion_date=day + timedelta(days=site.ends),
        actual_completion_date=day + timedelta(days=site.ends) if site.built >= 1 else None,
    )
    published = story.ago(max(20, -site.starts))
    mine = Project.objects.filter(pk=project.pk)
    put_back(mine, published_at=published, created_at=published)
    return project


def _build(story: Story, site: Site, project: Project, block: Block) -> None:
    owner = story.people[site.builder]
    tower = add_tower(actor=owner, project_id=project.pk, name=block.name, floors=block.storeys)
    for number, floor, plan, facing in _positions(block):
        story.units[site.key, number] = add_unit(
            actor=owner,
            project_id=project.pk,
            tower_id=tower.pk,
            is_released=not (site.status == ProjectStatus.PLANNING and floor == max(block.floors)),
            is_blocked=(site.key, number) in BLOCKED,
            block_reason=BLOCKED.get((site.key, number), ""),
            unit_number=number,
            unit_type=plan.kind,
            floor_number=floor,
            area_sqft=plan.area,
            price=_price(site, plan, floor),
            bathrooms=plan.bathrooms,
            balconies=plan.balconies,
            parking_spaces=plan.parking,
            facing=facing,
            features=list(plan.features),
        )


def _positions(block: Block) -> Iterator[tuple[str, int, Plan, Facing]]:
    faces = (Facing.EAST, Facing.WEST, Facing.NORTHEAST, Facing.SOUTH)
    for floor in block.floors:
        for index, plan in enumerate(block.plans):
            yield f"{block.letter}-{floor}{index + 1:02}", floor, plan, faces[index % len(faces)]


def _price(site: Site, plan: Plan, floor: int) -> Decimal:
    """Rate plus floor rise, times the area, to the nearest thousand rupees."""
    exact = (site.rate + LIFT * floor) * plan.area
    return (exact / THOUSAND).quantize(Decimal(1)) * THOUSAND
