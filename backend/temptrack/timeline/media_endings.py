"""What the ending of a file name says about its content."""

# fmt: off
STILL_SUFFIXES = frozenset((
    ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dpx", ".exr", ".tga", ".psd", ".heic",
    ".heif", ".avif", ".jp2", ".cin", ".hdr", ".ppm", ".pgm",
))
SOUND_SUFFIXES = frozenset((
    ".wav", ".mp3", ".aif", ".aiff", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".ac3", ".bwf", ".caf",
    ".wma",
))
MOVIE_SUFFIXES = frozenset((
    ".mov", ".mp4", ".m4v", ".mxf", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".m2v", ".mts", ".m2ts", ".ts",
    ".wmv", ".ogv", ".flv", ".f4v", ".3gp", ".3g2", ".dv", ".vob", ".divx", ".gif", ".y4m", ".qt",
))
# fmt: on
PICTURE_SUFFIXES = MOVIE_SUFFIXES | STILL_SUFFIXES
