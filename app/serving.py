"""How the app is served: to this machine alone unless told otherwise, and asking no other host."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"
_PACKAGE = Path(__file__).resolve().parent


def front_door() -> Path:
    """Return the script that Streamlit runs: in a wheel within this package, else beside it.

    Its settings (``.streamlit/config.toml``) lie in its folder, so that it may be called from any.

    Examples
    --------
    >>> front_door().name
    'streamlit_app.py'
    """
    folders = (_PACKAGE / "front", _PACKAGE.parent)
    return next(path for path in (each / "streamlit_app.py" for each in folders) if path.is_file())


def ask_nobody() -> None:
    """Keep Streamlit from asking an outside host for the address of this machine.

    It would when it starts and when a request comes from an unknown origin. Who reaches the app
    under its own name needs neither: a request from where the page came from is always let in.
    """
    from streamlit import net_util  # noqa: PLC0415  no other command needs it

    net_util.get_external_ip = _unknown
    net_util.get_internal_ip = _unknown


def tell_of_missing_pages(note: Callable[[], None]) -> None:
    """Have the app itself say that there is no such page: Streamlit says it in English alone.

    Parameters
    ----------
    note
        Called in a run that was asked for a page which is none; the first page is shown.
    """
    from streamlit.commands import navigation  # noqa: PLC0415  no other command needs it

    navigation.send_page_not_found = lambda ctx: note()  # noqa: ARG005  named so there


def _unknown() -> str | None:
    return None


def options(*, address: str, port: int) -> list[str]:
    """Return what Streamlit is told on its command line.

    Parameters
    ----------
    address
        Where it listens. Only on this machine it can be known what the app is called; that is
        checked then, so that no other page can pass for it (``.streamlit/config.toml``).
    port
        The port.

    Examples
    --------
    >>> options(address="127.0.0.1", port=8501)
    ['--server.address=127.0.0.1', '--server.port=8501']
    >>> options(address="0.0.0.0", port=80)[-1]
    '--server.allowedHosts=*'
    """
    arguments = [f"--server.address={address}", f"--server.port={port}"]
    return arguments if is_loopback(address) else [*arguments, "--server.allowedHosts=*"]


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost")
    (True, True, True)
    >>> is_loopback("0.0.0.0"), is_loopback("atlas.example")
    (False, False)
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
