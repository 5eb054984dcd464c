"""What goes wrong at night, made to happen: killed runs, full disks, servers that fail, hostile content, a long year.

``python -m insiders_assets_tests.faults`` (``make faults``) tries every family and writes ``docs/reliability.md``; the
tests beside it call the same functions with small numbers.
"""
