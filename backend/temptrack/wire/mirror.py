"""Messages that mirror a pydantic model field by field, translated by name.

Answers, tracks and filters have the same fields in the domain and on the wire, so one walk over the fields
serves them all: a field that is missing on either side fails a test instead of getting lost. An enum value
``file-words`` of a domain type is ``REASON_KIND_FILE_WORDS`` of the enum ``ReasonKind``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import pydantic
from google.protobuf.message import Message

from temptrack import errors

MessageT = TypeVar("MessageT", bound=Message)
ModelT = TypeVar("ModelT", bound=pydantic.BaseModel)

Descriptor = Any
"""A protobuf descriptor; its implementations in C and in Python share no type."""


def to_message(model: pydantic.BaseModel, kind: type[MessageT], *, answer: bool = True) -> MessageT:
    """Return the message that mirrors a model.

    Args:
        model: what to send.
        kind: the message to make of it.
        answer: letters that are no Unicode, as old file names have, become "?" for people to read; in a
            request they are refused, because nothing would match them.

    Raises:
        InvalidRequest: a value does not fit the wire (text that is no Unicode, a number out of range).
    """
    return build(kind, **_values_to_wire(model, kind.DESCRIPTOR, answer))


def build(kind: type[MessageT], **values: Any) -> MessageT:
    """Make a message, or say which value does not fit the wire.

    Raises:
        InvalidRequest: a value does not fit.
    """
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise errors.InvalidRequest(
            f"{kind.DESCRIPTOR.name} cannot be sent: {readable(str(error))}.",
            reason="NOT_SENDABLE",
            hint="Use numbers in range and text that is Unicode.",
        ) from error


def from_message(
    message: Message, kind: type[ModelT], *, broken: type[errors.TemptrackError] = errors.InvalidRequest
) -> ModelT:
    """Return the model that a message mirrors.

    Args:
        message: what was received.
        kind: the model to make of it.
        broken: class of the error to raise, that of a request unless said otherwise.

    Raises:
        InvalidRequest: a field is missing or out of range (or ``broken``, where given).
    """
    try:
        return kind.model_validate(_values_from_wire(message, broken))
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise broken(
            f"Field {where!r} of {message.DESCRIPTOR.name} is {first['input']!r}: {first['msg']}.",
            reason="INVALID_FIELD",
            hint="The comments of the .proto files give the range of every field.",
            metadata={"field": where},
        ) from error


def _values_to_wire(model: pydantic.BaseModel, kind: Descriptor, answer: bool) -> dict[str, Any]:
    values = {field.name: (getattr(model, field.name), field) for field in kind.fields}
    return {
        name: _value_to_wire(value, field, answer)
        for name, (value, field) in values.items()
        if value is not None
    }


def _value_to_wire(value: Any, field: Descriptor, answer: bool) -> Any:
    if isinstance(value, tuple):
        return [_value_to_wire(item, field, answer) for item in value]
    if isinstance(value, pydantic.BaseModel):
        return _values_to_wire(value, field.message_type, answer)
    if field.enum_type is not None:
        return field.enum_type.values_by_name[_prefix(field) + value.upper().replace("-", "_")].number
    return readable(value) if answer and isinstance(value, str) else value


def _values_from_wire(message: Message, broken: type[errors.TemptrackError]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        is_absent = field.has_presence and not message.HasField(field.name)
        value = getattr(message, field.name)
        values[field.name] = None if is_absent else _value_from_wire(value, field, broken)
    return values


def _value_from_wire(value: Any, field: Descriptor, broken: type[errors.TemptrackError]) -> Any:
    # Older runtimes name a repeated field by its label, newer ones by is_repeated: ask the value itself.
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(_value_from_wire(item, field, broken) for item in value)
    if isinstance(value, Mapping):
        return dict(value)
    if field.message_type is not None:
        return _values_from_wire(value, broken)
    if field.enum_type is not None:
        return _enum_from_wire(value, field, broken)
    return value


def _enum_from_wire(number: int, field: Descriptor, broken: type[errors.TemptrackError]) -> str:
    known = field.enum_type.values_by_number.get(number)
    if known is None or number == 0:
        raise broken(
            f"Field {field.name!r} of {field.containing_type.name} holds {number}, which "
            f"{field.enum_type.name} does not name.",
            reason="UNKNOWN_ENUM_VALUE",
            hint="Client and server may be of different versions: bring both to the same one.",
        )
    name: str = known.name
    return name.removeprefix(_prefix(field)).lower().replace("_", "-")


def _prefix(field: Descriptor) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", field.enum_type.name).upper() + "_"


def readable(text: str) -> str:
    """Return text that can be sent: letters that are no Unicode become "?"."""
    return text.encode("utf-8", "replace").decode()
