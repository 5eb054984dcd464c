"""What report, dashboard and BI tools show alike: colours, charts, names of columns and tiers; each defined once."""
