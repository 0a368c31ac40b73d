"""Exercises of chapter 5: what a depth camera sees, and from map to cloud."""

from __future__ import annotations

from math import cos, radians, sin

from fau_teach.exercises._core import Exercise

FOCAL, SCALE, CENTRE = 1324.65, 1000, (640, 360)
RAW = (0, 598, 601, 0, 604, 597)
PIXEL, DEPTH = (1279, 719), 600
CROP, WITHIN = (400, 120), (300, 300)
TURN, OFF_AXIS = 1, 70


def _lift(u: float, v: float, raw: float, centre: tuple[float, float] = CENTRE) -> list[float]:
    """Point of a pixel [m]."""
    z = raw / SCALE
    return [(u - centre[0]) * z / FOCAL, (v - centre[1]) * z / FOCAL, z]


def _flat() -> list[float]:
    """The same without depth: all pixels one metre away."""
    return [(PIXEL[0] - CENTRE[0]) / FOCAL, (PIXEL[1] - CENTRE[1]) / FOCAL, DEPTH / SCALE]


SEEN = [raw for raw in RAW if raw]
MOVED = [centre - first for centre, first in zip(CENTRE, CROP, strict=True)]

EXERCISES = (
    Exercise(
        id="5.1",
        title="Zero is no distance",
        solution=lambda: sum(SEEN) / len(SEEN),
        tolerance=0.01,
        right="Four pixels know their distance. The other two say nothing, so they do not count.",
        hint="Leave the zeros out of the sum and out of the count.",
        wrong=(
            (sum(RAW) / len(RAW), "The zeros are in the mean: that is a face in your lap."),
            (sum(SEEN) / len(SEEN) / SCALE, "Right in metres. Asked is millimetres."),
            (float(len(SEEN)), "That is how many pixels have depth. Asked is their mean."),
        ),
        source="S3-011",
        prompt=(
            "Six pixels of a cheek. The loop takes each number for a distance. Mend it, and set "
            "`answer` to the mean distance in millimetres."
        ),
        starter=(
            "raw = [0, 598, 601, 0, 604, 597]\ntotal, count = 0, 0\nfor number in raw:\n"
            "    total += number\n    count += 1\nprint(total / count)\nanswer = ...\n"
        ),
    ),
    Exercise(
        id="5.2",
        title="One degree of a head",
        solution=lambda: OFF_AXIS * sin(radians(TURN)),
        tolerance=0.005,
        right="More than one step of the camera, and more than many a micro-expression.",
        hint="Depth changes by the distance from the axis times the sine of the angle.",
        wrong=(
            (OFF_AXIS * sin(TURN), "Python's sine takes radians. Turn the degree into them."),
            (OFF_AXIS * radians(TURN) / 2, "Take the whole angle, not half of it."),
            (OFF_AXIS * (1 - cos(radians(TURN))),
             "That is how far it moves towards the axis. Asked is its depth."),
        ),
        source="S3-003; E3-16",
        prompt=(
            "A head turns by one degree about its upright axis. Part of the cheek lies 70 mm to "
            "the side of that axis, at the same depth as the axis. By how many millimetres does "
            "its depth change? Set `answer`."
        ),
        starter="from math import radians, sin\nside, turn = 70, 1\nanswer = ...\n",
    ),
    Exercise(
        id="5.3",
        title="From pixel to point",
        solution=lambda: _lift(*PIXEL, DEPTH),
        tolerance=1e-4,
        right="Right, down, forward. The last pixel of the frame sees a point to the lower right.",
        hint="z = raw / 1000; x = (u - 640) z / f; y = (v - 360) z / f.",
        wrong=(
            (_lift(*PIXEL, DEPTH * SCALE), "That is in millimetres. Divide the raw depth by 1000."),
            (_lift(*PIXEL, DEPTH, (0, 0)), "The principal point is missing: take 640 and 360 off."),
            (_flat(), "x and y grow with depth: multiply them by z."),
            ([_lift(*PIXEL, DEPTH)[0], -_lift(*PIXEL, DEPTH)[1], DEPTH / SCALE],
             "Here y runs down, as rows do."),
            (_lift(*PIXEL[::-1], DEPTH), "u is the column, v the row: you changed them over."),
        ),
        source="S3-011; E3-07",
        prompt=(
            "Column 1279 and row 719 of a frame hold the raw depth 600. The code goes to the "
            "pixel, but not to the point. Finish it, and set `answer` to the list x, y, z in "
            "metres."
        ),
        starter=(
            "f, cx, cy, scale = 1324.65, 640, 360, 1000\nu, v, raw = 1279, 719, 600\n"
            "right, down = u - cx, v - cy\nprint(right, down, \"pixels from the middle\")\n"
            "answer = ...\n"
        ),
    ),
    Exercise(
        id="5.4",
        title="A crop that does not move the face",
        solution=lambda: _lift(*WITHIN, DEPTH, (MOVED[0], MOVED[1])),
        tolerance=1e-4,
        right="The crop has its own principal point, and the face stays where it was.",
        hint="In the crop, the principal point is at column 640 - 400 and row 360 - 120.",
        wrong=(
            (_lift(*WITHIN, DEPTH), "That is 181 mm too far to one side: move the principal "
             "point with the crop."),
            (_lift(*WITHIN, DEPTH, (CENTRE[0] + CROP[0], CENTRE[1] + CROP[1])),
             "The crop begins at 400, so its columns are smaller: take 400 off, do not add it."),
            (_lift(*WITHIN, DEPTH * SCALE, (MOVED[0], MOVED[1])), "Right, but in millimetres."),
        ),
        source="S3-012; E3-07",
        prompt=(
            "A crop begins at column 400 and row 120 of the frame. In the crop, column 300 and "
            "row 300 hold the raw depth 600. Set `answer` to the list x, y, z in metres, in the "
            "camera's own axes."
        ),
        starter=(
            "f, cx, cy, scale = 1324.65, 640, 360, 1000\nleft, top = 400, 120\n"
            "u, v, raw = 300, 300, 600\nz = raw / scale\n"
            "print((u - cx) * z / f, (v - cy) * z / f, z)\nanswer = ...\n"
        ),
    ),
)  # fmt: skip
