"""What clients get: the same fields as from the platform."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Row(BaseModel):
    """Read from a row's attributes."""

    model_config = ConfigDict(from_attributes=True)


def same_as(name: str) -> Any:
    """A second name of a field."""
    return Field(validation_alias=name)


class BuilderOut(Row):
    """A builder."""

    id: Annotated[int, same_as("user_id")]
    user_id: int
    full_name: Annotated[str, same_as("company_name")]
    company_name: str
    rating: float | None
    total_projects: int
    verified: bool
    website: str
    description: str
    logo_url: str


class ProjectOut(Row):
    """A project and its builder."""

    id: int
    builder_id: int
    project_name: str
    description: str
    project_type: str
    status: str
    location_address: str
    location_city: str
    location_state: str
    location_zipcode: str
    location: str
    latitude: float | None
    longitude: float | None
    total_units: int
    available_units: int
    price_range_min: float | None
    price_range_max: float | None
    currency: str
    project_area: float | None
    amenities: list[str]
    images: list[str]
    floor_plans: list[str]
    brochure_url: str
    start_date: date | None
    expected_completion_date: date | None
    actual_completion_date: date | None
    progress: float
    bookings: int
    is_featured: bool
    is_published: bool
    time_zone: str
    builder: BuilderOut
    created_at: datetime
    updated_at: datetime
    name: Annotated[str, same_as("project_name")]
    price_range_start: Annotated[float | None, same_as("price_range_min")]
    price_range_end: Annotated[float | None, same_as("price_range_max")]
    expected_completion: Annotated[date | None, same_as("expected_completion_date")]


class UnitOut(Row):
    """A unit."""

    id: int
    project_id: int
    tower_id: int | None
    unit_number: str
    unit_type: str
    floor_number: int
    area_sqft: float
    price: float
    status: str
    facing: str
    balconies: int
    bathrooms: int
    parking_spaces: int
    floor_plan_url: str
    features: list[str]
    created_at: datetime
    updated_at: datetime


class BookedUnitOut(UnitOut):
    """A unit with its project."""

    project: ProjectOut


class PhaseOut(Row):
    """A phase."""

    id: int
    project_id: int
    tower_id: int | None
    sequence: int
    phase_name: str
    phase_description: str
    start_date: date | None
    expected_end_date: date | None
    actual_end_date: date | None
    end_date: date | None
    progress_percentage: float
    weight: float
    status: str
    milestone_images: list[str]
    created_at: datetime
    updated_at: datetime
    description: Annotated[str, same_as("phase_description")]
    completion_percentage: Annotated[float, same_as("progress_percentage")]


class BookingOut(Row):
    """A booking, three deep."""

    id: int
    booking_number: str
    booking_status: str
    status: str
    booking_date: datetime
    expires_at: datetime | None
    customer_id: int
    unit_id: int | None
    project_id: int
    quote_id: int | None
    agreement_value: float | None
    other_charges: float
    tax_amount: float
    total_amount: float | None
    token_amount: float | None
    paid_amount: float
    pending_amount: float
    payment_progress: float
    currency: str
    payment_plan: str
    loan_approved: bool
    loan_amount: float | None
    special_requests: str
    expected_registration_date: date | None
    actual_registration_date: date | None
    cooling_off_until: datetime | None
    registration_number: str
    agent_id: int | None
    rating: int | None
    state_reason: str
    agreement_url: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    unit: BookedUnitOut | None
    booking_amount: Annotated[float | None, same_as("total_amount")]
    notes: Annotated[str, same_as("special_requests")]


class NotificationOut(Row):
    """Something to know."""

    id: int
    user_id: int
    notification_type: str
    title: str
    message: str
    priority: str
    related_entity_type: str
    related_entity_id: int | None
    action_url: str
    send_via: str
    scheduled_send_time: datetime | None
    is_sent: bool
    sent_at: datetime | None
    is_read: bool
    read_at: datetime | None
    created_at: datetime
    updated_at: datetime
    type: Annotated[str, same_as("notification_type")]


class CustomerOut(Row):
    """Who comes."""

    id: Annotated[int, same_as("user_id")]
    first_name: str
    last_name: str
    name: str
    email: str
    phone: str


class AppointmentOut(Row):
    """A meeting with everything around it."""

    id: int
    customer_id: int
    project_id: int
    host_id: int
    host_name: str
    appointment_type: str
    title: str
    appointment_date: Annotated[datetime, same_as("starts_at")]
    ends_at: datetime
    appointment_time: str
    duration_minutes: int
    meeting_location: str
    location: str
    status: str
    outcome: str
    agenda: str
    notes: str
    attendees: list[str]
    reschedule_reason: str
    rescheduled_at: datetime | None
    created_by: Annotated[int, same_as("created_by_id")]
    created_at: datetime
    updated_at: datetime
    project: ProjectOut
    customer: CustomerOut
    builder: BuilderOut
    scheduled_at: Annotated[datetime, same_as("starts_at")]
