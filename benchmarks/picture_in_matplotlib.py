"""The lines, circles and names of a map, drawn with matplotlib; run in an environment of its own.

Reads JSON from standard input and writes the milliseconds that each of several drawings took, on
the processor, after a first one that loads the fonts.
"""

from __future__ import annotations

import io
import json
import sys
from time import process_time
from typing import Any

RUNS = 3
DPI = 100


def draw(drawing: dict[str, Any]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import EllipseCollection, LineCollection
    from matplotlib.figure import Figure

    width, height = drawing["size"]
    x, y = drawing["middle"]
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="#1e1f22")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    spots = drawing["spots"]
    lines = [((x, y), spot) for spot in spots]
    axes.add_collection(LineCollection(lines, colors="#70747c", linewidths=drawing["widths"]))
    across = [2 * radius for radius in drawing["radii"]]
    axes.add_collection(
        EllipseCollection(
            across,
            across,
            [0] * len(spots),
            units="xy",
            offsets=spots,
            offset_transform=axes.transData,
            facecolors=drawing["colours"],
            zorder=2,
        )
    )
    for (at_x, at_y), name, radius in zip(spots, drawing["names"], drawing["radii"], strict=True):
        axes.text(at_x, at_y, name[:1], ha="center", va="center", fontsize=9, zorder=3)
        axes.text(
            at_x, at_y + radius + 9, name, ha="center", va="center", color="white", fontsize=10,
            bbox={"facecolor": "#1e1f22", "edgecolor": "none", "pad": 1}, zorder=3,
        )  # fmt: skip
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def main() -> None:
    drawing = json.load(sys.stdin)
    draw(drawing)
    times = []
    for _ in range(RUNS):
        start = process_time()
        draw(drawing)
        times.append((process_time() - start) * 1e3)
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main()
