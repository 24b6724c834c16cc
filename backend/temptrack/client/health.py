"""Whether a server takes calls."""

from grpc_health.v1 import health_pb2, health_pb2_grpc

from temptrack import errors
from temptrack.client.connection import Connection


def check_health(address: str, *, deadline_s: float) -> None:
    """Return where a server takes calls.

    Args:
        address: HOST:PORT.
        deadline_s: how long the answer may take, in seconds, above 0.

    Raises:
        Unavailable: there is none, or it is loading or stopping.
        DeadlineExceeded: it does not answer in time.
    """
    connection = Connection(address, deadline_s=deadline_s)
    try:
        stub = health_pb2_grpc.HealthStub(connection.channel)
        answer = connection.call(stub.Check, health_pb2.HealthCheckRequest())
    finally:
        connection.close()
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        raise errors.Unavailable(
            f"The server at {address} takes no calls: it is loading or stopping.",
            reason="NOT_SERVING",
            hint="Try again in a few seconds.",
            metadata={"address": address},
        )
