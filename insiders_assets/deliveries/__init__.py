"""Deliveries: an audience sent to where messages are sent from, as what changed since what was acknowledged there.

``configuration`` reads ``deliveries.yaml``, ``audience`` says who belongs at a destination and why others do not,
``changes`` compares that with what the destination acknowledged, ``ledger`` keeps both, ``sending`` sends, and
``destinations`` are the ways out of the house.
"""
