"""Questions that an export leaves open, and their wording."""
