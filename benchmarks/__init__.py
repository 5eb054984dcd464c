"""What the platform costs, beside the work it replaces, other tools and the machine's limits.

``python -m benchmarks`` runs every benchmark and writes ``docs/performance.md``; each one also runs alone, such as
``python -m benchmarks.cold_run``. Figures are ratios wherever they can be, medians of several runs, and every process
measured is a fresh one. Run them on a machine that does nothing else.
"""
