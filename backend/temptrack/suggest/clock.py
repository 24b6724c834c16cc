"""Lengths and moments as editors read them."""


def clock(time_s: float) -> str:
    """Return seconds, rounded, as minutes and seconds, such as "2:05"; from an hour on "1:02:05"."""
    minutes, seconds = divmod(round(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
