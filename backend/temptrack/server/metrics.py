"""What a server counts, for Prometheus. No label carries what a caller wrote."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

CALLS: Final = Counter("temptrack_calls", "Calls that ended.", ("method", "code"))
CALL_SECONDS: Final = Histogram(
    "temptrack_call_seconds", "From a call's arrival to its end.", ("method",), buckets=_SECONDS
)
UNDER_WAY: Final = Gauge("temptrack_calls_under_way", "Calls that have not ended yet.")
WAITING: Final = Gauge("temptrack_calls_waiting", "Calls that wait for their turn with the engine.")
DROPPED: Final = Counter(
    "temptrack_work_dropped",
    "Work dropped: before the device (queue_full, gave_up, expired, rate), or of a stream (unread).",
    ("why",),
)
BATCH_ITEMS: Final = Histogram(
    "temptrack_batch_items",
    "Pieces of work that one run of the device took together.",
    ("kind",),
    buckets=(1, 2, 4, 8, 16, 32, 64, 128),
)
DEVICE_BUSY_SECONDS: Final = Counter(
    "temptrack_device_busy_seconds", "Time in which the inference thread worked.", ("device", "kind")
)
REFUSED: Final = Counter(
    "temptrack_sign_in_refused", "Calls whose caller could not sign in, or lacks a right.", ("reason",)
)
SERVING: Final = Gauge("temptrack_serving", "What is served: 1 for it, 0 for before.", ("bundle", "provider"))
VECTORS_ON_GPU: Final = Gauge(
    "temptrack_vectors_on_gpu_bytes", "Vectors of libraries that are multiplied on a GPU."
)
RELOADS: Final = Counter("temptrack_reloads", "Bundles loaded anew while serving.", ("outcome",))
