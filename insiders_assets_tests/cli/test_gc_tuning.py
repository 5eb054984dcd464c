"""A command's cycle collector."""

import subprocess
import sys

PROGRAM = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 1_000))  # registered first, called last
from insiders_assets.cli.gc_tuning import YOUNG_OBJECTS, collect_rarely
collect_rarely()
print(gc.isenabled(), gc.get_threshold()[0] == YOUNG_OBJECTS)
class Cycle: pass
import weakref
one = Cycle(); one.self = one; gone = weakref.ref(one); del one
garbage = [[] for _ in range(2 * YOUNG_OBJECTS)]
print(gone() is None)
"""


def test_a_command_collects_rarely_but_still_collects_and_takes_nothing_apart_at_its_end():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True", "True"]
