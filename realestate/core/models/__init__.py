"""The ground's own tables: settings, audit, keys, runs, files and imports."""

from realestate.core.models.audit import AuditEntry, RowChange, Seal
from realestate.core.models.bulk import BulkLine, BulkRun, BulkRunQuerySet
from realestate.core.models.catalogue import CatalogueVersion
from realestate.core.models.fence import Fence
from realestate.core.models.files import StoredFile
from realestate.core.models.imports import ImportRun, ImportRunQuerySet
from realestate.core.models.keys import IdempotencyKey, NumberSeries, RateCounter
from realestate.core.models.runs import JobRun
from realestate.core.models.settings import SettingsVersion, SystemSetting

__all__ = [
    "AuditEntry",
    "BulkLine",
    "BulkRun",
    "BulkRunQuerySet",
    "CatalogueVersion",
    "Fence",
    "IdempotencyKey",
    "ImportRun",
    "ImportRunQuerySet",
    "JobRun",
    "NumberSeries",
    "RateCounter",
    "RowChange",
    "Seal",
    "SettingsVersion",
    "StoredFile",
    "SystemSetting",
]
