"""The settings of a command typed beside a running Gritbin: its own database is found by itself."""

from __future__ import annotations

import os
from dataclasses import replace

from matcher.config import Config
from matcher.domain.errors import SetupError
from matcher.store.embedded import Postgres
from matcher.store.home import Home

DATABASE = "gritbin"


def connected_config() -> Config:
    """The settings, with the address of the database in use. Raises SetupError if none answers."""
    config = Config.from_env(os.environ)
    if config.database_url:
        return config
    if not (config.home / "postgres").is_dir():
        raise SetupError("No database is running here. Start ./run first, or set DATABASE_URL.")
    postgres = Postgres(Home(config.home))
    if not postgres.is_ready():
        raise SetupError(f"The database in {config.home} is not running. Start ./run first, or set DATABASE_URL.")
    return replace(
        config,
        database_url=postgres.serving_url(DATABASE),
        database_owner_url=postgres.owner_url(DATABASE),
        embedded=True,
    )
