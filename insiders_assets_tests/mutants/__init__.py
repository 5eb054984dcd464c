"""Changed lines that a test must notice: ``make mutants`` draws them by chance and writes ``docs/mutants.md``.

Cosmic Ray makes the changes. Each is tried in a copy of the project, with the tests that run the changed line.
"""
