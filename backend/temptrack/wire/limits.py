"""Numbers both ends must agree on."""

DEFAULT_ADDRESS = "127.0.0.1:7353"
"""Where a server listens and a client looks unless told otherwise."""

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Largest request or answer. 64 pictures of 224 pixels take under 6 MB even as PNG."""

MAX_PICTURES = 64
"""Most pictures of a segment: paper mode looks at 6 a second for 10 s and needs 60."""

MAX_PICTURE_BYTES = 1024 * 1024
"""Largest encoded picture; a frame of 224 pixels takes some 30 kB as JPEG and 90 kB as PNG."""

AUDIO_CHUNK_BYTES = 256 * 1024
"""Bytes of a track in one message of a stream: large enough to be cheap, small enough to start at once."""

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
