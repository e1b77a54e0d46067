"""The door that every public function has: what leaves it is a result or one of our own errors.

A library below may raise what it likes: GEOS on a broken ring, PROJ on a place that it has no
number for, pandas on a column that is there twice. Whoever calls a function of the atlas, and above
all a page that must say something to its reader, meets one family of errors only, `AtlasError`.
The door is the last line: where an argument or a value is wrong the function itself says which.
"""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from functools import update_wrapper
from inspect import signature, unwrap
from sysconfig import get_paths
from types import FunctionType
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from geo.errors import AtlasError, CallError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

_LIBRARIES = tuple(get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib"))

_UNEXPECTED = re.compile("unexpected keyword argument '(.+?)'")

P = ParamSpec("P")
R = TypeVar("R")

# What a library or a slip of our own can raise. Not among them are KeyboardInterrupt and
# SystemExit, which are no failures, and warnings that were made errors, which are for developers.
_BUILTIN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,  # recursion, Qhull, pyogrio
    StopIteration,
    SyntaxError,  # of XML and of pictures
    TypeError,
    ValueError,  # Unicode, JSON, linear algebra, pandas
)
# Errors that have none of those for a parent. Only what is loaded can have been raised.
_FOREIGN = (
    ("shapely.errors", "ShapelyError"),
    ("pyproj.exceptions", "ProjError"),
    ("rasterio.errors", "RasterioError"),
    ("rasterio._err", "CPLE_BaseError"),
    ("rioxarray.exceptions", "RioXarrayError"),
    ("h3", "H3BaseException"),
    ("numba.core.errors", "NumbaError"),
    ("pandas.errors", "MergeError"),
    ("pandas.errors", "DataError"),
    ("pandas.errors", "IndexingError"),
    ("pandas.errors", "InvalidIndexError"),
    ("pyarrow.lib", "ArrowException"),
    ("pyogrio._err", "CPLE_BaseError"),
    ("affine", "AffineError"),
    ("jsonschema.exceptions", "ValidationError"),
    ("jsonschema.exceptions", "SchemaError"),
    ("yaml", "YAMLError"),
    ("zipfile", "BadZipFile"),
    ("zlib", "error"),
    ("lzma", "LZMAError"),
    ("struct", "error"),
    ("csv", "Error"),
    ("sqlite3", "Error"),
    ("fontTools.ttLib", "TTLibError"),
    ("PIL.Image", "DecompressionBombError"),
    ("pypdf.errors", "PyPdfError"),
    ("pypdf.errors", "DependencyError"),
    ("xml.parsers.expat", "ExpatError"),
    ("lxml.etree", "Error"),
    ("http.client", "HTTPException"),
    ("pptx.exc", "PythonPptxError"),
    ("xlsxwriter.exceptions", "XlsxWriterException"),
    ("matplotlib.pyplot", "ParseException"),
)


def _is_of_the_caller(error: Exception) -> bool:
    """Whether an error is of a class that is neither Python's nor a library's.

    A callback, such as one that is told of progress, ends the work with an error of its own; that
    is no failure to be explained, and passes.
    """
    home = getattr(sys.modules.get(type(error).__module__), "__file__", None)
    return home is not None and not home.startswith(_LIBRARIES)


def foreign() -> tuple[type[Exception], ...]:
    """Families of errors that are not our own, of the libraries that are loaded.

    Examples
    --------
    >>> issubclass(UnicodeDecodeError, foreign()), issubclass(KeyboardInterrupt, foreign())
    (True, False)
    """
    loaded = ((sys.modules.get(module), name) for module, name in _FOREIGN)
    kinds = (getattr(module, name, None) for module, name in loaded if module is not None)
    return (*_BUILTIN, *(kind for kind in kinds if isinstance(kind, type)))


def refused(error: Exception, name: str) -> AtlasError:
    """Put what a library raised in the words of the atlas.

    Parameters
    ----------
    error
        What came out of the body of a function.
    name
        That function.

    Examples
    --------
    >>> str(refused(KeyError("a"), "coverage")).split(".")[0]
    "coverage: what was passed cannot be worked on (KeyError: 'a')"
    """
    if isinstance(error, MemoryError):
        return InputError(
            f"{name}: there is not enough memory for this. Take fewer features, a larger cell or "
            "a smaller area.",
            code="cost.memory",
        )
    return InputError(
        f"{name}: what was passed cannot be worked on ({type(error).__name__}: {error!s:.300}). "
        "Check the geometries and the types of the arguments.",
        code="refused.inside",
        function=name,
    )


def _misfit(error: Exception, function: Callable[..., object]) -> CallError:
    """Say what does not fit in a call, and which option may have been meant."""
    reason = str(error).partition(") ")[2] or str(error)  # what Python says begins with the name
    option = _UNEXPECTED.search(reason)
    near: list[str] = []
    if option is not None:
        names = list(signature(function).parameters)
        near = get_close_matches(option[1], names)
        reason = f"there is no option {option[1]!r}"
        reason += f"; near is {' or '.join(map(repr, near))}" if near else f"; there are {names}"
    name = function.__name__
    return CallError(f"{name}: {reason}.", code="caller.argument", function=name)


def door(function: Callable[P, R]) -> Callable[P, R]:
    """Let only results and `AtlasError` out of a public function.

    A call that does not fit the signature is a `CallError`, which is a `TypeError` too; an option
    that there is not is told with those near to it.

    Parameters
    ----------
    function
        What is wrapped; its signature, text and types stay.

    Examples
    --------
    >>> @door
    ... def third(values: list[float]) -> float:
    ...     return values[2]
    >>> third([1.0])
    Traceback (most recent call last):
    ...
    geo.errors.InputError: third: what was passed cannot be worked on (IndexError: ...
    """
    # All that the wrapper needs stands here, see below.
    own, kinds, say, name, binding = AtlasError, foreign, refused, function.__name__, TypeError
    theirs, misfit = _is_of_the_caller, _misfit

    def passage(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except own:
            raise
        except kinds() as error:
            trace = error.__traceback__
            if type(error) is binding and (trace is None or trace.tb_next is None):
                raise misfit(error, function) from None
            if theirs(error):
                raise
            raise say(error, name) from error

    # doctest looks for examples only in functions whose globals are those of the module.
    scope = unwrap(function).__globals__
    home = FunctionType(passage.__code__, scope, name, passage.__defaults__, passage.__closure__)
    return cast("Callable[P, R]", update_wrapper(home, function))
