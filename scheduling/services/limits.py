"""R14.2 and R14.4: the limits of appointments, as settings of the project, the builder or the system."""

from dataclasses import dataclass

from projects.models import Project
from realestate.core.enums import SettingScope
from realestate.core.system_settings import define

SCOPES = (SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM)

BUFFER_MINUTES = define(
    "scheduling.buffer_minutes",
    int,
    default=15,
    minimum=0,
    maximum=240,
    unit="minutes",
    scopes=SCOPES,
    help="Time that a host keeps free after each appointment (R14.2).",
)
SITE_CAPACITY = define(
    "scheduling.site_capacity",
    int,
    default=3,
    minimum=1,
    maximum=1000,
    unit="visits",
    scopes=SCOPES,
    help="How many visits a site takes at the same time (R14.2).",
)
NOTICE_HOURS = define(
    "scheduling.notice_hours",
    int,
    default=2,
    minimum=0,
    maximum=720,
    unit="hours",
    public=True,
    scopes=SCOPES,
    help="How long before its start an appointment must be made (R14.4).",
)
HORIZON_DAYS = define(
    "scheduling.horizon_days",
    int,
    default=60,
    minimum=1,
    maximum=730,
    unit="days",
    public=True,
    scopes=SCOPES,
    help="How far ahead an appointment may be made (R14.4).",
)
OPENS = define(
    "scheduling.opens",
    int,
    default=0,
    minimum=0,
    maximum=23,
    unit="hour of the project's wall clock",
    public=True,
    scopes=SCOPES,
    help="From when on projects without working hours of their own receive people (R14.4); 0 to 24: always.",
)
CLOSES = define(
    "scheduling.closes",
    int,
    default=24,
    minimum=1,
    maximum=24,
    unit="hour of the project's wall clock",
    public=True,
    scopes=SCOPES,
    help="Until when projects without working hours of their own receive people (R14.4).",
)
SHORTEST_MINUTES = define(
    "scheduling.shortest_minutes",
    int,
    default=15,
    minimum=15,
    maximum=240,
    unit="minutes",
    scopes=SCOPES,
    help="The shortest appointment (R14.4).",
)
LONGEST_MINUTES = define(
    "scheduling.longest_minutes",
    int,
    default=240,
    minimum=15,
    maximum=240,
    unit="minutes",
    scopes=SCOPES,
    help="The longest appointment (R14.4).",
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What holds for a project: minutes of length and buffer, hours of notice, days ahead."""

    zone: str
    shortest: int
    longest: int
    buffer: int
    notice: int
    horizon: int


def limits_of(project: Project) -> Limits:
    """The limits of a project, read once for as many slots as are looked at."""
    return Limits(
        zone=project.time_zone,
        shortest=SHORTEST_MINUTES.for_project(project),
        longest=LONGEST_MINUTES.for_project(project),
        buffer=BUFFER_MINUTES.for_project(project),
        notice=NOTICE_HOURS.for_project(project),
        horizon=HORIZON_DAYS.for_project(project),
    )
