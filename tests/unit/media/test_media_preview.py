from pathlib import Path

import numpy as np

from support.films import Shot, make_film, quadrants
from support.segments_of import whole_movie
from temptrack.media.frames import preview_frames


def test_previews_show_the_whole_picture_with_bars(tmp_path: Path) -> None:
    film = make_film(tmp_path / "square.mp4", [Shot(quadrants(), 50)], size=(96, 96))
    found = list(preview_frames(whole_movie(film, 2), size_px=(160, 90)))
    assert found
    at_s, frame = found[0]
    assert 0 <= at_s < 2
    assert frame.shape == (90, 160, 3)
    assert frame[:, :34].max() < 20
    assert frame[:, -34:].max() < 20
    corners = [frame[10, 45], frame[10, 115], frame[80, 45], frame[80, 115]]
    assert [int(np.argmax(corner)) for corner in corners[:3]] == [0, 1, 2]
    assert corners[3].min() > 180
