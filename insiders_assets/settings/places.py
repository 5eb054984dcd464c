"""Where things lie."""

from pydantic import BaseModel, Field, SecretStr

from insiders_assets.settings.fields import Operational


class PlaceSettings(BaseModel):
    """Where things lie."""

    home: Operational[str] = Field(
        "data", description="Where everything is kept: a directory or s3://bucket/prefix."
    )
    landing: Operational[str | None] = Field(
        None, description="Where exports arrive; <home>/landing unless given."
    )
    database_url: Operational[SecretStr | None] = Field(
        None, description="SQLAlchemy URL of the warehouse; SQLite in <home>/insiders.db unless given."
    )

    to_database_url: Operational[SecretStr | None] = Field(
        None, description="The database that `insiders migrate` fills; SQLite in the new home unless given."
    )
