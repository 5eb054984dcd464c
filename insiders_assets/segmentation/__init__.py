"""The frozen segmentation model: fitted once, assigns ever after. Never imports dagster."""
