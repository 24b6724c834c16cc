"""Lets a test be refused by the system whoever runs it."""

import ctypes
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

T = TypeVar("T")

_VERSION_3 = 0x20080522
_PASSES_OVER_PERMISSIONS = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("thread", ctypes.c_int))


class _Rights(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def where_permissions_count(call: Callable[[], T]) -> T:
    """Call in a thread that permissions hold for, whoever runs the test.

    Root lays down the right to pass over them, for that thread and those it starts, and keeps its name:
    its own files stay its own. Programs started from there have the right again. Others never had it.
    """
    if sys.platform == "win32":
        pytest.skip("Windows keeps no such permissions")
    if sys.platform != "linux" and os.geteuid() == 0:
        pytest.skip("only on Linux can root lay down one right; run this as another user")
    with ThreadPoolExecutor(1, initializer=_lay_down) as thread:
        return thread.submit(call).result()


def _lay_down() -> None:
    if sys.platform != "linux":
        return
    system = ctypes.CDLL(None, use_errno=True)
    header, rights = _Header(_VERSION_3, 0), (_Rights * 2)()
    for change in (system.capget, system.capset):
        if change(ctypes.byref(header), rights) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        # Not the effective ones alone: access(2) asks for what root could have.
        rights[0].effective &= ~_PASSES_OVER_PERMISSIONS
        rights[0].permitted &= ~_PASSES_OVER_PERMISSIONS
