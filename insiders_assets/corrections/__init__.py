"""Rejected rows that a person corrects in a sheet and takes back in."""
