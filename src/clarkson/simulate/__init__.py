"""What happens to a simulated person: doses in words, schedules, scenarios, and the verb itself.

`clarkson.simulate` is both this package and the verb: calling it is `clarkson.simulate.simulate.simulate`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Verb(ModuleType):
    """A package that can be called."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from clarkson.simulate.simulate import simulate

        return simulate(*arguments, **options)


sys.modules[__name__].__class__ = _Verb
