"""`defectsynth studio`: serve the page on this machine."""

from __future__ import annotations

import socket
from argparse import Namespace
from importlib.util import find_spec

from defectsynth.cli.arguments import check_options
from defectsynth.cli.errors import UsageError
from defectsynth.registry import named_defects, named_presets, unknown_name
from defectsynth.studio.images import ImageFolder

LOCAL = ("127.0.0.1", "localhost", "::1")


def studio(arguments: Namespace) -> int:
    """Serve the page until it is interrupted; return the exit code."""
    check_options(arguments)
    folder = ImageFolder(arguments.input)
    if arguments.masks is not None and arguments.defects is None:
        raise UsageError("--masks must go with --defects")
    real = ImageFolder(arguments.defects, arguments.masks, name="--defects") if arguments.defects else None
    known = {**named_defects(), **named_presets()}
    if arguments.show not in known:
        raise UsageError(f"--show {unknown_name(arguments.show, known, 'defect or preset')}")
    if find_spec("nicegui") is None:
        raise UsageError("studio needs NiceGUI: pip install 'defectsynth[studio]'")
    serve(folder, real, arguments)
    return 0


def serve(folder: ImageFolder, real: ImageFolder | None, arguments: Namespace) -> None:
    """Serve the page.

    Only requests to the name or address of the host are answered, so that no other web page can reach the studio
    through a name of its own.
    """
    from nicegui import app, ui  # noqa: PLC0415  an optional package, which takes seconds to import
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415

    from defectsynth.studio.page import StudioPage  # noqa: PLC0415

    @ui.page("/")
    def index() -> None:
        StudioPage(folder, real, arguments.show, arguments.peak).build()

    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOCAL, arguments.host])
    _check_port(arguments.host, arguments.port)
    where = f"http://{arguments.host}:{arguments.port}"
    print(f"defectsynth studio: {len(folder.names)} images of {folder.folder} at {where}, Ctrl+C ends it", flush=True)
    ui.run(
        host=arguments.host,
        port=arguments.port,
        title="defectsynth studio",
        reload=False,
        show=arguments.browser,
        show_welcome_message=False,
    )


def _check_port(host: str, port: int) -> None:
    """Raise UsageError unless the page can be served there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise UsageError(f"--port must be free on {host}, got {port}: {error.strerror or error}") from error
