"""Serve the application on this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from clarkson.errors import SettingError

LOOPBACK = "127.0.0.1"


def listen(application: FastAPI, *, port: int, ready: Callable[[str], object]) -> None:
    """Serve on loopback until interrupted, without an access log; port 0 takes any free one.

    ``ready`` is called once with the address, from when on it can be opened.

    Raises
    ------
    SettingError
        The port is taken or not allowed.
    """
    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((LOOPBACK, port))
        except OSError as error:
            raise SettingError(f"port {port} cannot be used ({error.strerror}); choose another, or 0 for any") from None
        place.listen()
        ready(f"http://{LOOPBACK}:{place.getsockname()[1]}/")
        settings = uvicorn.Config(application, access_log=False, log_level="warning", server_header=False)
        uvicorn.Server(settings).run(sockets=[place])
