"""Signs, colours and words that the charts share."""

from dataclasses import dataclass
from fractions import Fraction

Number = Fraction | float

INK, SOFT, GREEN, HEATHER, OCHRE = "#1d2a26", "#4b5853", "#3f7d60", "#6b3f69", "#8a5a00"


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis below: its x and its words."""

    x: int
    label: str


def sign_path(shape: str, x: int, y: int, size: int = 6) -> str:
    """The SVG path of a small sign around (x, y)."""
    if shape == "circle":
        return f"M{x - size} {y}a{size} {size} 0 1 0 {2 * size} 0a{size} {size} 0 1 0 {-2 * size} 0z"
    if shape == "square":
        return f"M{x - size + 1} {y - size + 1}h{2 * size - 2}v{2 * size - 2}h{2 - 2 * size}z"
    if shape == "triangle":
        return f"M{x} {y - size - 1}L{x + size + 1} {y + size - 1}H{x - size - 1}z"
    return f"M{x} {y - size}L{x + size} {y}L{x} {y + size}L{x - size} {y}z"
