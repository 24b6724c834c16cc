"""Recognises the licence of a track in what its file says."""

import re

from temptrack.library.types import LICENCE_UNKNOWN

PUBLIC_DOMAIN = "public domain"
"""Said of a track whose rights have run out; there is no SPDX identifier for it."""

_LONGEST = 120
_PUBLIC_DOMAIN = re.compile(r"\bpublic\s+domain\b", re.IGNORECASE)
_CC_URL = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<kind>[a-z-]+)(?:/(?P<version>\d\.\d))?|publicdomain/(?P<zero>zero|mark))",
    re.IGNORECASE,
)
_CC_SHORT = re.compile(
    r"\bCC[\s-]+(?P<kind>BY(?:[\s-]*(?:NC|SA|ND))*)(?:[\s-]+v?(?P<version>\d(?:\.\d)?))?", re.IGNORECASE
)
_CC_LONG = re.compile(
    r"creative\s+commons\b.{0,20}?\battribution(?P<terms>(?:[\s-]*(?:non[\s-]?commercial|share[\s-]?alike|no[\s-]?deriv\w*))*)"
    r"(?:\D{0,24}(?P<version>\d(?:\.\d)?))?",
    re.IGNORECASE,
)
_CC0 = re.compile(r"\bCC[\s-]?0\b|creative\s+commons\s+zero", re.IGNORECASE)
_GNU = re.compile(
    r"\b(?P<name>L?GPL)[\s-]*v?(?P<version>[123](?:\.[01])?)?(?P<later>\+|[\s-]+or[\s-]+later)?",
    re.IGNORECASE,
)
_SPEAKS_OF_LICENCE = re.compile(
    r"licen[cs]e|creative\s+commons|public\s+domain|royalty.free|all\s+rights\s+released", re.IGNORECASE
)


def licence_from(stated: str, notices: str = "") -> str:
    """Return the licence a file states, as an SPDX identifier where it is a known one.

    Args:
        stated: what stands in fields meant for a licence.
        notices: copyright notices. Who owns a piece does not say what others may do with it, so a notice
            counts only when it names a licence.
    """
    for text in (stated.strip(), notices.strip()):
        known = _known(text)
        if known:
            return known
    if stated.strip():
        return _shortened(stated)
    if _SPEAKS_OF_LICENCE.search(notices):
        return _shortened(notices)
    return LICENCE_UNKNOWN


def _known(text: str) -> str:
    url = _CC_URL.search(text)
    if url and url["zero"]:
        return "CC0-1.0" if url["zero"].lower() == "zero" else PUBLIC_DOMAIN
    if _CC0.search(text):
        return "CC0-1.0"
    attribution = url or _CC_SHORT.search(text)
    if attribution:
        return _creative_commons(attribution["kind"], attribution["version"])
    long = _CC_LONG.search(text)
    if long:
        return _creative_commons("by" + _terms(long["terms"]), long["version"])
    gnu = _GNU.search(text)
    return _gnu(gnu) if gnu else (PUBLIC_DOMAIN if _PUBLIC_DOMAIN.search(text) else "")


def _creative_commons(kind: str, version: str | None) -> str:
    name = "CC-" + re.sub(r"[\s-]+", "-", kind.strip()).strip("-").upper()
    if not version:
        return name
    return f"{name}-{version if '.' in version else version + '.0'}"


def _terms(text: str) -> str:
    lowered = re.sub(r"[\s-]", "", text.lower())
    found = [
        short
        for short, long in (("nc", "noncommercial"), ("nd", "noderiv"), ("sa", "sharealike"))
        if long in lowered
    ]
    return "".join(f"-{term}" for term in found)


def _gnu(match: re.Match[str]) -> str:
    name = match["name"].upper()
    if not match["version"]:
        return name
    version = match["version"] if "." in match["version"] else match["version"] + ".0"
    return f"{name}-{version}-{'or-later' if match['later'] else 'only'}"


def _shortened(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
