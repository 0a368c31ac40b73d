"""A scripted clip as moments, pictures and depth maps."""

from __future__ import annotations

import numpy as np

from fau_teach.clip import Clip, Movement, Nuisance
from fau_teach.face import depth_video, face, video
from fau_teach.face.camera import Camera
from fau_teach.face.depth import Sensor
from fau_teach.face.film import moments

SMILE = Clip("Ana", 30, 12, (Movement("12", "L", "D", 2, 6, 10),))
SMALL = Camera.sensor().__class__(160, 90, 165.6, 600.0)


def test_moments_are_the_drive_and_the_traces_of_the_clip() -> None:
    busy = Clip("Ana", 30, 60, (), Nuisance(gaze=10, head=5, light=0.2), seed=3)
    found = list(moments(busy))
    assert [one.frame for one in found] == list(range(60))
    assert max(abs(one.extra["gaze_x"]) for one in found) > 1
    assert max(abs(one.extra["head_yaw"]) for one in found) > 0.5
    assert max(abs(one.light - 1) for one in found) > 0.02
    drive = SMILE.drive()[("12", "L")]
    shown = [one.scores.get(("12", "left"), 0.0) for one in moments(SMILE)]
    assert shown == list(drive)


def test_a_video_moves_where_the_code_acts_and_nowhere_else() -> None:
    frames = video(SMILE, size=128).astype(int)
    assert frames.shape == (12, 128, 128, 3)
    assert np.array_equal(frames[0], frames[1])
    change = np.abs(frames[6] - frames[0]).sum(axis=2)
    rows, columns = np.nonzero(change > 30)
    assert len(rows) > 20
    assert columns.mean() > 64  # the subject's left is the picture's right
    assert rows.min() > 55


def test_light_and_noise_reach_the_picture_and_are_the_same_each_time() -> None:
    grainy = Clip("Ana", 30, 3, (), Nuisance(noise=6.0), seed=5)
    first, again = video(grainy, 64), video(grainy, 64)
    clean = video(Clip("Ana", 30, 3), 64)
    assert np.array_equal(first, again)
    assert 4 < (first.astype(float) - clean).std() < 7
    darker = Clip("Ana", 30, 40, (), Nuisance(light=0.5), seed=1)
    assert np.ptp(video(darker, 32, level=1).mean(axis=(1, 2, 3))) > 3


def test_depth_maps_hold_millimetres_to_the_face() -> None:
    still = depth_video(SMILE, SMALL, Sensor.ideal(), face("Ana"))
    seen = still[0][still[0] > 0]
    assert still.dtype == np.uint16
    assert 550 < np.median(seen) < 720
    assert (still[0] == 0).any()
    assert (still[6].astype(int) - still[0]).any()
    noisy = depth_video(SMILE, SMALL, face=face("Ana"))
    assert (noisy[0].astype(int) != still[0]).mean() > 0.01


def test_sx05_onset_apex_and_offset_agree_in_drive_key_video_and_depth() -> None:
    """SX-05, as far as the face goes: within one frame in all; EMG and force: test_capstone."""
    script = Clip("Ana", 30, 24, (Movement("26", "", "E", 4, 12, 20),))
    item = next(one for one in script.key().items if one.code == "26")
    pictures = video(script, 96, face("Ana"), level=1).astype(float)
    maps = depth_video(script, SMALL, Sensor.ideal(), face("Ana"), level=1).astype(float)
    for seen in (pictures, maps):
        change = np.abs(seen - seen[0]).reshape(len(seen), -1).mean(axis=1)
        shown = np.flatnonzero(change > 0.02 * change.max())
        assert abs(int(change.argmax()) - item.apex) <= 1
        assert abs(int(shown[0]) - item.onset) <= 1
        # An offset is the first frame that shows nothing any more.
        assert abs(int(shown[-1]) + 1 - item.offset) <= 1
