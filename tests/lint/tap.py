# SPDX-License-Identifier: MIT
"""Cases that report themselves in the Test Anything Protocol."""

import sys
import traceback


class Skip(Exception):
    """Raised by a case that cannot run here; its text says why."""


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def run(self, name, case, *args):
        """Runs a case, which passes unless it raises."""
        self.count += 1
        try:
            case(*args)
        except Skip as reason:
            print(f"ok {self.count} {name} # SKIP {reason}", flush=True)
        except Exception as error:
            self.failed += 1
            self.diagnose(error)
            print(f"not ok {self.count} {name}", flush=True)
        else:
            print(f"ok {self.count} {name}", flush=True)

    def diagnose(self, error):
        text = str(error) if isinstance(error, AssertionError) and str(error) else traceback.format_exc()
        for line in text.splitlines():
            print(f"# {line}", file=sys.stderr, flush=True)

    def finish(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def expect_none(problems):
    """Fails with the list of problems, if there are any."""
    assert not problems, "\n".join(problems)
