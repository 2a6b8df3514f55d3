"""Words of the projects app; the wire values are the contract's (8.1)."""

from django.db.models import TextChoices


class ProjectType(TextChoices):
    """What is built."""

    RESIDENTIAL = "residential", "Residential"
    COMMERCIAL = "commercial", "Commercial"
    MIXED = "mixed", "Mixed use"
    INDUSTRIAL = "industrial", "Industrial"


class ProjectStatus(TextChoices):
    """How far the project as a whole is."""

    PLANNING = "planning", "Planning"
    CONSTRUCTION = "construction", "Under construction"
    ON_HOLD = "on_hold", "On hold"
    COMPLETED = "completed", "Completed"
    DELIVERED = "delivered", "Delivered"


class TaxClass(TextChoices):
    """R3.2: which tax rates hold for a charge; fixed on a booking when it is made."""

    RESIDENTIAL = "residential", "Residential"
    AFFORDABLE = "affordable", "Affordable housing"
    COMMERCIAL = "commercial", "Commercial"
    COMPLETED = "completed", "Completed before its first sale"
    EXTRA_WORK = "extra_work", "Extra work"
    EXEMPT = "exempt", "Not taxed"


class ChargeKind(TextChoices):
    """R1: what a line of a price list is."""

    BASE = "base", "Base price"
    FLOOR_RISE = "floor_rise", "Floor rise"
    PREFERENTIAL = "preferential", "Preferential location"
    CHARGE = "charge", "Charge"


class ChargeBasis(TextChoices):
    """R1: how a line of a price list is computed."""

    PER_AREA = "per_area", "Per square foot"
    PERCENT_OF = "percent_of", "Percent of other lines"
    FLAT = "flat", "Flat amount"
    UNIT_PRICE = "unit_price", "The unit's own price"


class UnitType(TextChoices):
    """What a unit is."""

    ONE_BHK = "1BHK", "1 BHK"
    TWO_BHK = "2BHK", "2 BHK"
    THREE_BHK = "3BHK", "3 BHK"
    FOUR_BHK = "4BHK+", "4 BHK and more"
    STUDIO = "studio", "Studio"
    PENTHOUSE = "penthouse", "Penthouse"
    SHOP = "shop", "Shop"
    OFFICE = "office", "Office"
    PARKING = "parking", "Parking space"
    STORAGE = "storage", "Storage room"


class UnitStatus(TextChoices):
    """Derived from release, block and the live claim (R4.1); never stored."""

    NOT_RELEASED = "not_released", "Not released"
    BLOCKED = "blocked", "Blocked"
    AVAILABLE = "available", "Available"
    RESERVED = "reserved", "Reserved"
    BOOKED = "booked", "Booked"
    SOLD = "sold", "Sold"
    HANDED_OVER = "handed_over", "Handed over"


class Facing(TextChoices):
    """Where the main windows look."""

    NORTH = "north", "North"
    SOUTH = "south", "South"
    EAST = "east", "East"
    WEST = "west", "West"
    NORTHEAST = "northeast", "North-east"
    NORTHWEST = "northwest", "North-west"
    SOUTHEAST = "southeast", "South-east"
    SOUTHWEST = "southwest", "South-west"


class ClaimKind(TextChoices):
    """A timed hold, or the claim of a booking that has been paid for."""

    HOLD = "hold", "Hold"
    BOOKING = "booking", "Booking"


class ClaimStage(TextChoices):
    """How firm a claim is; bookings advance it."""

    HELD = "held", "Held"
    BOOKED = "booked", "Booked"
    SOLD = "sold", "Sold"
    HANDED_OVER = "handed_over", "Handed over"


class ReleaseReason(TextChoices):
    """Why a claim ended."""

    EXPIRED = "expired", "Expired"
    RELEASED = "released", "Released"
    CANCELLED = "cancelled", "Booking cancelled"


class ModelType(TextChoices):
    """What a 3D model shows."""

    PROJECT_OVERVIEW = "project_overview", "Project overview"
    UNIT_INTERIOR = "unit_interior", "Unit interior"
    FLOOR_PLAN = "floor_plan", "Floor plan"
    AMENITIES = "amenities", "Amenities"


class FileFormat(TextChoices):
    """Formats of 3D models."""

    OBJ = "obj", "OBJ"
    FBX = "fbx", "FBX"
    GLTF = "gltf", "glTF"
    GLB = "glb", "GLB"
    BLEND = "blend", "Blender"


class AccessLevel(TextChoices):
    """Who may open a 3D model."""

    PUBLIC = "public", "Everybody"
    CUSTOMERS_ONLY = "customers_only", "Logged-in customers"
    BOOKED_CUSTOMERS = "booked_customers", "Customers with a live booking in the project"
