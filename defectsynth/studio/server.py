"""`defectsynth studio`: serve the page on this machine."""

from __future__ import annotations

import socket
from argparse import Namespace
from collections.abc import Iterable
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from defectsynth.cli.errors import UsageError
from defectsynth.cli.options import check_options
from defectsynth.core.messages import did_you_mean
from defectsynth.registry import named_defects, named_presets
from defectsynth.studio.design import Design
from defectsynth.studio.images import ImageFolder

ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104  only where the user asks for them


def studio(arguments: Namespace) -> int:
    """Serve the page until it is interrupted; return the exit code."""
    check_options(arguments)
    folder = ImageFolder(arguments.input)
    if arguments.masks is not None and arguments.defects is None:
        raise UsageError("--masks must go with --defects")
    real = ImageFolder(arguments.defects, arguments.masks, name="--defects") if arguments.defects else None
    known = {**named_defects(), **named_presets()}
    try:
        Design.named(arguments.show)
    except ValueError as error:
        hint = did_you_mean(arguments.show, known)
        raise UsageError(f"--show must be the name of a defect or preset, got {arguments.show!r}{hint}") from error
    if find_spec("nicegui") is None:
        raise UsageError("studio needs NiceGUI: pip install 'defectsynth[studio]'")
    serve(folder, real, arguments)
    return 0


def serve(folder: ImageFolder, real: ImageFolder | None, arguments: Namespace) -> None:
    """Serve the page.

    Only requests to an address or to a name of this machine are answered, so that no other web page can reach the
    studio through a name of its own.
    """
    from nicegui import app, ui  # noqa: PLC0415  an optional package, which takes seconds to import

    from defectsynth.studio.page import StudioPage  # noqa: PLC0415

    @ui.page("/")
    def index() -> None:
        StudioPage(folder, real, arguments.show, arguments.peak).build()

    own = socket.gethostname()
    names = {name.lower() for name in ("localhost", own, f"{own}.local", arguments.host)}
    app.add_middleware(HostCheck, names=names)
    _check_port(arguments.host, arguments.port)
    host = own if arguments.host in ALL_ADDRESSES else arguments.host
    where = f"http://{f'[{host}]' if ':' in host else host}:{arguments.port}"
    print(f"defectsynth studio: {len(folder.names)} images of {folder.folder} at {where}, Ctrl+C ends it", flush=True)
    ui.run(
        host=arguments.host,
        port=arguments.port,
        title="defectsynth studio",
        reload=False,
        show=arguments.browser,
        show_welcome_message=False,
    )


class HostCheck:
    """Middleware that refuses requests to other hosts than addresses and some names.

    A page elsewhere can make its own name point to this machine, but not an address.

    Args:
        app: application behind it, by the protocol ASGI.
        names: of hosts, in lower case.
    """

    def __init__(self, app: Any, names: Iterable[str]) -> None:
        self.app, self.names = app, frozenset(names)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, with status 400 if its host is another one."""
        from starlette.responses import PlainTextResponse  # noqa: PLC0415  comes with NiceGUI

        answer = self.app
        if scope["type"] in ("http", "websocket"):
            header = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            if not self.allows(header):
                answer = PlainTextResponse("Invalid host header", status_code=400)
        await answer(scope, receive, send)

    def allows(self, header: str) -> bool:
        """Return whether a request with this `Host` is answered."""
        try:
            host = urlsplit(f"//{header}").hostname or ""
            if host in self.names:
                return True
            ip_address(host)
        except ValueError:
            return False
        return True


def _check_port(host: str, port: int) -> None:
    """Raise UsageError unless the page can be served there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise UsageError(f"--port must be free on {host}, got {port}: {error.strerror or error}") from error
