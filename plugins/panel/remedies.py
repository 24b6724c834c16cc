# SPDX-License-Identifier: Apache-2.0
"""The table of every problem a panel can show. docs/reference/panel-errors.md is made from it."""

from __future__ import annotations

from typing import NamedTuple


class Remedy(NamedTuple):
    """What happened in general, and what to do.

    Attributes:
        sentence: shown when the plugin itself found the problem; the companion words it with the value.
        next_step: shown under the sentence.
    """

    sentence: str
    next_step: str


_INSTALL = (
    "Install it with `pipx install 'temptrack[cpu,companion]'`, or name the program in the plugin's settings."
)
_INSTALL_ALL = (
    "Install all of it: `pipx install --force 'temptrack[cpu,companion]'`; with a studio server "
    "`'temptrack[companion]'` is enough."
)
_AGAIN = "Search again; the companion is started again by itself."
_REPORT = (
    "Search again. If it happens again, run the doctor in the plugin's settings and report what it says."
)
_UPDATE_TEMPTRACK = "Update temptrack: `pipx upgrade temptrack`."
_RELINK = "Relink the media in the editor, or check that its drive is mounted."
_EXPORT = "Save the project, then search again. If it stays so, choose a smaller part of the timeline."
_CHOOSE_PART = "Choose a part of the timeline with picture, or describe the music in words."
_LIBRARY = "Choose another library in the panel, or make one: `temptrack library create NAME`."
_INDEX = "Fill it: `temptrack library index NAME MUSIC_FOLDER`."
_REINDEX = "Index it again: `temptrack library reindex NAME`."
_SPACE = "Free some space on that disk, then try again."
_PERMISSION = "Change the permissions of that file or folder, then try again."
_REINSTALL = "Install temptrack again: `pipx reinstall temptrack`."
_SERVER = "Check the server's address in the plugin's settings and that the server runs, then search again."
_PATIENCE = "Wait a moment, then search again."
_FILTER = "Change the filters, then search again."
_PROMPT = "Change the prompt, then search again."
_SIGN_IN = "Ask whoever runs the server for a token, then run `temptrack login HOST:PORT`."
_ASK_THE_STUDIO = "Ask whoever runs the server."
_SAME_VERSION = "Update temptrack on this machine and on the server to the same version."
_BOTH = "Update temptrack and the plugin together."

REMEDIES: dict[str, Remedy] = {
    # The companion as a program.
    "COMPANION_MISSING": Remedy("The temptrack program was not found (looked in {detail}).", _INSTALL),
    "COMPANION_NOT_THERE": Remedy(
        "There is no program at {detail}.", "Correct the path in the plugin's settings, or leave it empty."
    ),
    "COMPANION_DID_NOT_START": Remedy("The companion could not be started: {detail}.", _INSTALL),
    "COMPANION_ENDED": Remedy("The companion ended ({detail}).", _AGAIN),
    "COMPANION_SILENT": Remedy("The companion did not answer within {detail}.", _AGAIN),
    "COMPANION_BROKEN": Remedy("The companion sent something that is no message: {detail}.", _REPORT),
    "PROTOCOL_MISMATCH": Remedy(
        "The plugin and temptrack are of different versions.",
        "Update temptrack (`pipx upgrade temptrack`) and the plugin (`temptrack install`) together.",
    ),
    "ALREADY_RUNNING": Remedy(
        "Another companion serves this editor already.", "Close the other Music panel, or restart the editor."
    ),
    "NOT_INITIALIZED": Remedy("The companion was asked before it was ready.", _AGAIN),
    "UNKNOWN_METHOD": Remedy("This temptrack is older than the plugin.", _UPDATE_TEMPTRACK),
    "BAD_PARAMS": Remedy("The plugin and temptrack do not understand each other.", _BOTH),
    "INTERNAL": Remedy("Something went wrong inside temptrack.", _REPORT),
    "CANCELLED": Remedy("Stopped.", "Search again when you like: what was finished is kept."),
    # What was asked.
    "INVALID_REQUEST": Remedy("Something in the question cannot work.", _PROMPT),
    "EMPTY_QUERY": Remedy(
        "Nothing was asked for.",
        "Describe the music in words, or choose a part of the timeline with picture.",
    ),
    "PROMPT_TOO_LONG": Remedy("The prompt is too long.", "Say in a few words what it should sound like."),
    "PROMPT_NOT_TEXT": Remedy("The prompt holds bytes that are not text.", _PROMPT),
    "TEXT_WEIGHT_OUT_OF_RANGE": Remedy(
        "The slider is outside 0 to 1.", "Move the slider between picture and words."
    ),
    "LIMIT_OUT_OF_RANGE": Remedy("Too many or too few results were asked for.", "Ask for 1 to 1000 results."),
    "CONTRADICTION": Remedy("A filter demands what the prompt excludes.", "Change the filter or the prompt."),
    "UNKNOWN_TAG": Remedy("A tag is not known.", _FILTER),
    "UNKNOWN_KEY": Remedy("A key is not known.", "Write the key like 'A minor' or 'Bb major'."),
    "EMPTY_RANGE": Remedy("A filter's range runs backwards.", "Give the smaller number first."),
    "FOLDER_NOT_ABSOLUTE": Remedy("The folder to filter by is not a whole path.", _FILTER),
    # The timeline.
    "NO_TIMELINE": Remedy("No timeline is open.", "Open a timeline, or describe the music in words."),
    "NO_PICTURE": Remedy("There is no usable picture in this part of the timeline.", _CHOOSE_PART),
    "EMPTY_SCOPE": Remedy(
        "The chosen part of the timeline has no length.", "Choose a part that has a length."
    ),
    "SCOPE_OUTSIDE": Remedy("The chosen part lies outside the timeline.", "Choose a part of the timeline."),
    "SCOPE_TOO_LONG": Remedy("The chosen part is too long.", "Choose a shorter part of the timeline."),
    "CLIP_NOT_FOUND": Remedy(
        "The selected clips show no picture.", "Select clips that are seen, then search."
    ),
    "MARKER_NOT_FOUND": Remedy("The marker is gone.", "Choose a marker of this timeline."),
    "POINT_MARKER": Remedy("The marker has no length.", "Drag the marker out to a range."),
    "NO_IN_OUT": Remedy("The timeline has no in and out points.", "Set both, or choose another part."),
    "TIMELINE_NOT_FOUND": Remedy("The exported timeline is gone.", "Search again."),
    "BAD_TIMELINE": Remedy("The timeline cannot be read.", _EXPORT),
    "BAD_JSON": Remedy(
        "The exported timeline is cut off.", "Search again; check for free space on the disk."
    ),
    "BAD_RATE": Remedy("The timeline's frame rate is none.", "Set a frame rate above 0 in the project."),
    "BAD_TIME": Remedy("The timeline holds a time that is no moment.", _EXPORT),
    "EMPTY_FILE": Remedy(
        "The exported timeline is empty.", "Search again; check for free space on the disk."
    ),
    "NEWER_OTIO": Remedy("The timeline was written by a newer OpenTimelineIO.", _UPDATE_TEMPTRACK),
    "NOT_A_TIMELINE": Remedy("What was exported is no timeline.", _EXPORT),
    "TOO_DEEP": Remedy("Timelines are nested too deep.", "Flatten some nested timelines, or choose a part."),
    "TOO_LARGE": Remedy("The timeline is too large.", "Split the timeline, or describe the music in words."),
    "UNREADABLE": Remedy("The exported timeline may not be read.", _PERMISSION),
    "ITEMS_NOT_SEEN": Remedy(
        "Nothing is seen of what is selected.",
        "Select clips with picture that are switched on and not hidden.",
    ),
    "BAD_BUNDLE": Remedy("The timeline bundle is damaged.", "Export the timeline again, as .otio."),
    "BAD_PATH": Remedy("The path of the timeline cannot be used.", "Save the project under another name."),
    "NOT_A_FILE": Remedy("There is no timeline file at that path.", _EXPORT),
    "UNKNOWN_FORMAT": Remedy("The timeline is in a format that is not known.", "Export it as .otio."),
    "WRONG_FORMAT": Remedy("The timeline is not what its ending says.", "Export it again, as .otio."),
    "MISSING_ADAPTER": Remedy(
        "That timeline format is not installed.", "Export it as .otio, or install 'temptrack[formats]'."
    ),
    # Media.
    "MEDIA_NOT_FOUND": Remedy("A media file is not there.", _RELINK),
    "MEDIA_FORBIDDEN": Remedy("A media file may not be read.", _PERMISSION),
    "MEDIA_UNREADABLE": Remedy("Reading a media file failed.", "Check the disk or network share, try again."),
    "MEDIA_EMPTY": Remedy("A media file is empty.", "Copy it again, then search again."),
    "MEDIA_IS_A_FOLDER": Remedy("A folder stands where a media file should be.", _RELINK),
    "NOT_MEDIA": Remedy("A file cannot be read as media.", "Wait until it is copied whole, or relink it."),
    "NO_SOUND": Remedy("The file has no sound.", "Choose another track."),
    # Libraries and tracks.
    "NO_LIBRARY": Remedy("No library is chosen.", _LIBRARY),
    "LIBRARY_NOT_FOUND": Remedy("The library is gone.", _LIBRARY),
    "LIBRARY_NAME": Remedy("That cannot be the name of a library.", _LIBRARY),
    "LIBRARY_EMPTY": Remedy("The library holds no tracks.", _INDEX),
    "LIBRARY_CORRUPT": Remedy("The library is damaged.", "Remove it and index its folders again."),
    "LIBRARY_TOO_NEW": Remedy("The library is from a newer temptrack.", _UPDATE_TEMPTRACK),
    "LIBRARY_FORBIDDEN": Remedy("The library may not be read.", _PERMISSION),
    "BUNDLE_MISMATCH": Remedy("The library was indexed with another model.", _REINDEX),
    "STORE_UNREACHABLE": Remedy(
        "The library's place cannot be reached.", "Mount its drive, then search again."
    ),
    "BUCKET_NOT_FOUND": Remedy("The library's bucket is gone.", _ASK_THE_STUDIO),
    "VERSION_GONE": Remedy("The library was changed meanwhile.", "Search again."),
    "TRACK_NOT_FOUND": Remedy("The track is no longer in the library.", "Search again and choose another."),
    "TRACK_FILE_MISSING": Remedy(
        "The track's file is not there.", "Mount its drive, or choose another track."
    ),
    "NOT_A_FOLDER": Remedy("The library's place is a file.", "Remove the file, and index the library again."),
    # The engine.
    "MISSING_EXTRA": Remedy("A part of temptrack is not installed.", _INSTALL_ALL),
    "BUNDLE_NOT_FOUND": Remedy("The model is not there.", _REINSTALL),
    "BUNDLE_FILE_MISSING": Remedy("A file of the model is missing.", _REINSTALL),
    "BUNDLE_FORMAT": Remedy("The model needs another version of temptrack.", _UPDATE_TEMPTRACK),
    "BUNDLE_HASH": Remedy("A file of the model is damaged.", _REINSTALL),
    "MANIFEST_CORRUPT": Remedy("The description of the model is damaged.", _REINSTALL),
    "GRAPH_CORRUPT": Remedy("A file of the model is damaged.", _REINSTALL),
    "DEVICE_NOT_READY": Remedy(
        "The graphics card cannot be used.", "Check its driver, or use the processor."
    ),
    "CUDA_MISSING": Remedy(
        "This temptrack cannot use a graphics card.", "Install 'temptrack[gpu]', or use the processor."
    ),
    # A server.
    "ADDRESS": Remedy(
        "The server's address cannot be read.", "Write it as HOST:PORT in the plugin's settings."
    ),
    "UNREACHABLE": Remedy("No server answers.", _SERVER),
    "UNAVAILABLE": Remedy("The server cannot be used now.", _SERVER),
    "NOT_TEMPTRACK": Remedy("What answers is no temptrack server of this version.", _SERVER),
    "STARTING": Remedy("The server is still starting.", _PATIENCE),
    "QUEUE_FULL": Remedy("The server has too much to do.", _PATIENCE),
    "OVERLOADED": Remedy("Too much is asked for at once.", _PATIENCE),
    "DEADLINE_EXCEEDED": Remedy("The server took too long.", _PATIENCE),
    "ENCODER_MISMATCH": Remedy("The server's model was changed meanwhile.", "Search again."),
    "MESSAGE_TOO_LARGE": Remedy("The question is too large for the server.", "Choose a shorter part."),
    "UNAUTHENTICATED": Remedy(
        "The server wants to know who asks.", "Set the token in the plugin's settings."
    ),
    "TOKEN_MISSING": Remedy("The server wants a token.", _SIGN_IN),
    "TOKEN_UNKNOWN": Remedy("The server does not know the token.", _SIGN_IN),
    "TOKEN_NEEDS_TLS": Remedy(
        "The token would travel readable.", "Run `temptrack login` with the server's CA: --ca FILE."
    ),
    "TOKENS_CORRUPT": Remedy("The server cannot read its tokens.", _ASK_THE_STUDIO),
    "RIGHT_MISSING": Remedy("The token does not allow this.", _ASK_THE_STUDIO),
    "LIBRARY_NOT_ALLOWED": Remedy("The token does not open this library.", _LIBRARY),
    "CERTIFICATE_NAMELESS": Remedy("The certificate names nobody.", _ASK_THE_STUDIO),
    "TLS_REFUSED": Remedy(
        "No safe connection could be made.", "Run `temptrack login` with the server's CA: --ca FILE."
    ),
    "TLS_INCOMPLETE": Remedy(
        "A certificate, its key and a CA belong together.", "Run `temptrack login` with all three."
    ),
    "TLS_FILE_NOT_FOUND": Remedy(
        "A certificate or key is not where it was.", "Run `temptrack login` with its new path."
    ),
    "SERVERS_CORRUPT": Remedy(
        "What was kept about servers cannot be read.", "Delete the file, then run `temptrack login` again."
    ),
    "RATE": Remedy("Too much is asked for at once.", _PATIENCE),
    "STOPPING": Remedy("The server is stopping.", _PATIENCE),
    "AUDIT_NOT_WRITTEN": Remedy("The server cannot write its log.", _ASK_THE_STUDIO),
    "STREAM_UNREAD": Remedy("The track was fetched too slowly.", "Choose it again."),
    "FORBIDDEN": Remedy("Access is not allowed.", _PERMISSION),
    "FILE_NOT_READABLE": Remedy("The server cannot read the track's file.", "Choose another track."),
    "NO_AUDIO": Remedy("The server sent nothing of the track.", "Choose another track."),
    "INVALID_FIELD": Remedy("The server does not understand the question.", _SAME_VERSION),
    "NOT_SENDABLE": Remedy("The question cannot be sent.", _SAME_VERSION),
    "NOT_A_MESSAGE": Remedy("The server does not understand the question.", _SAME_VERSION),
    "UNKNOWN_ENUM_VALUE": Remedy("The server sent a word that is not known here.", _SAME_VERSION),
    "TIME_RATE": Remedy("The server does not take the timeline's frame rate.", _SAME_VERSION),
    "EMPTY_SEGMENT": Remedy("A piece of the picture has no length.", _REPORT),
    "QUERY_EMPTY": Remedy("The question has neither picture nor words.", _CHOOSE_PART),
    "QUERY_VECTOR": Remedy("The question does not fit the library.", _REINDEX),
    "FEATURES_BYTES": Remedy("The picture's features do not fit the server's model.", _SAME_VERSION),
    "FEATURES_SHAPE": Remedy("The picture's features do not fit the model.", _SAME_VERSION),
    "FEATURES_NOT_FINITE": Remedy("The picture's features are damaged.", _REPORT),
    "FRAMES_SHAPE": Remedy("The frames do not fit the model.", _SAME_VERSION),
    "FRAMES_REPEATS": Remedy("The frames do not fit their counts.", _SAME_VERSION),
    "PICTURE_BYTES": Remedy("A frame is too large for the server.", _SAME_VERSION),
    "PICTURE_CORRUPT": Remedy("A frame reached the server damaged.", "Search again."),
    "PICTURE_COUNT": Remedy("Too many frames were sent at once.", _SAME_VERSION),
    "PICTURE_EMPTY": Remedy("A frame without content was sent.", _SAME_VERSION),
    "PICTURE_MODE": Remedy("A frame was sent in colours the server does not take.", _SAME_VERSION),
    "PICTURE_SIZE": Remedy("A frame was sent in a size the server does not take.", _SAME_VERSION),
    # Preview, cues and files.
    "TRANSFER_CUT": Remedy("The server broke off while sending a track.", "Try again."),
    "FILE_OVER_LIMIT": Remedy("The file is larger than all that is kept here.", "Choose another track."),
    "DISK_FAILED": Remedy("The disk failed.", "Check the disk of temptrack's folder, then try again."),
    "BAD_CUE": Remedy(
        "The cue cannot be rendered.", "Choose a part with a length, and a level that is heard."
    ),
    "BAD_PREVIEW": Remedy("That stretch cannot be played.", "Play the track from its start."),
    "NO_AUDIO_DEVICE": Remedy(
        "There is no audio device.", "Connect speakers or headphones, or insert the track and listen there."
    ),
    "PREVIEW_ENDED": Remedy("The music broke off ({detail}).", "Play it again, or choose another track."),
    "NOTHING_PLAYING": Remedy("Nothing is playing.", "Play a track first."),
    "CUE_EMPTY": Remedy("The music does not fill one frame.", "Choose a longer part, or another track."),
    "DISK_FULL": Remedy("The disk is full.", _SPACE),
    "HOME_NOT_WRITABLE": Remedy("temptrack's folder cannot be written to.", _PERMISSION),
    "NOT_FOUND": Remedy("Something that is needed is not there.", "Check that its drive is mounted."),
    "NOT_READY": Remedy("It cannot be done yet.", "Run the doctor in the plugin's settings."),
    "NOT_SUPPORTED": Remedy("This temptrack cannot do that.", _UPDATE_TEMPTRACK),
    "CORRUPT": Remedy("A file is damaged.", "Copy or export the file again."),
    "ALREADY_EXISTS": Remedy("Something of that name is there already.", "Choose another name."),
}

UNKNOWN = Remedy("Something went wrong.", _REPORT)
