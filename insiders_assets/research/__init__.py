"""Studies of the segmentation, run on demand: each takes tables and gives a table, figures and findings.

Pure code above features, segmentation, programme and report; none of it imports Dagster or knows where things are kept.
"""
