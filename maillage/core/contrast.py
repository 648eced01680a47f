"""Whether what is written can be read: WCAG contrast of the tokens and of the theme a Département chose."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

THEMES = ("light", "dark")
TOKENS_CSS = "core/tokens.css"
GROUNDS = ("page", "surface", "sunk")
SOFT = ("action-soft", "attention-soft", "success-soft", "accent-soft", "confidential-soft")
TEXT, STRONG, SHAPE = 4.5, 7.0, 3.0  # WCAG 1.4.3, 1.4.6 and 1.4.11

# Which role is read on which background, and the least ratio by theme: at night the house asks for more.
PAIRS: list[tuple[str, tuple[str, ...], float, float]] = [
    ("text", (*GROUNDS, *SOFT), STRONG, STRONG),
    ("text-secondary", GROUNDS, TEXT, STRONG),
    ("action", GROUNDS, TEXT, STRONG),
    ("action", ("action-soft",), TEXT, TEXT),
    ("action-hover", (*GROUNDS, "action-soft"), TEXT, STRONG),
    ("on-action", ("action", "action-hover"), TEXT, STRONG),
    ("accent", ("page", "surface"), TEXT, STRONG),
    ("attention", ("page", "surface"), TEXT, STRONG),
    ("success", ("page", "surface"), TEXT, STRONG),
    ("confidential", ("page", "surface"), TEXT, STRONG),
    ("accent-ink", ("page", "surface", "accent-soft"), TEXT, STRONG),
    ("attention-ink", ("page", "surface", "attention-soft"), TEXT, STRONG),
    ("success-ink", ("page", "surface", "success-soft"), TEXT, STRONG),
    ("confidential-ink", ("page", "surface", "confidential-soft"), TEXT, STRONG),
    ("on-deep", ("deep",), STRONG, STRONG),
    ("edge", GROUNDS, SHAPE, SHAPE),
]


@dataclass(frozen=True)
class Contrast:
    """One role read on one background; `ratio` is 0 when a colour cannot be understood."""

    role: str
    background: str
    ratio: float
    minimum: float

    @property
    def ok(self) -> bool:
        return self.ratio >= self.minimum


def contrasts(theme: str) -> list[Contrast]:
    """Every pair of the house in one theme ("light" or "dark"), tokens and configured theme.css together."""
    words = tokens(theme)
    return [
        Contrast(role, ground, ratio(words.get(role, ""), words.get(ground, "")), night if theme == "dark" else day)
        for role, grounds, day, night in PAIRS
        for ground in grounds
    ]


def tokens(theme: str) -> dict[str, str]:
    """The custom properties of a theme, by name without dashes, with every `var()` replaced by what it holds."""
    if theme not in THEMES:
        raise ValueError(f"{theme!r} is not a theme: {', '.join(THEMES)}.")
    written = declarations(read(TOKENS_CSS), theme) | declarations(read(settings.THEME_CSS), theme)
    return {name: resolve(value, written) for name, value in written.items()}


def read(name: str) -> str:
    """A static file's text, found where Django finds it."""
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(f"No static file is called {name}: see MAILLAGE_THEME.")
    return Path(path).read_text(encoding="utf-8")


def declarations(css: str, theme: str) -> dict[str, str]:
    """What a sheet declares for a theme: for everyone on `:root`, then in the blocks of that theme alone."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found: dict[str, str] = {}
    media = ""
    for opening, body, closing in re.findall(r"([^{}]+)\{(?:([^{}]*)\})?|(\})", css):
        if closing:
            media = ""
        elif "@media" in opening and not body:
            media = opening
        elif applies(opening, media, theme):
            found |= dict(re.findall(r"--([\w-]+)\s*:\s*([^;]+?)\s*(?:;|$)", body))
    return found


def applies(selector: str, media: str, theme: str) -> bool:
    """Whether a block speaks of the root of the page, in this theme, on a screen."""
    if "print" in media or not (":root" in selector or "[data-theme" in selector):
        return False
    if "dark" in media or 'data-theme="dark"' in selector:
        return theme == "dark"
    only_light = "light" in media or (":root" not in selector and "light" in selector)
    return theme == "light" or not only_light


def resolve(value: str, written: dict[str, str], depth: int = 0) -> str:
    """A value once each `var(--name, otherwise)` is replaced; a circle of names is left as it is."""
    found = re.fullmatch(r"var\(\s*--([\w-]+)\s*(?:,\s*(.+?))?\s*\)", value)
    if not found or depth > 8:
        return value
    return resolve(written.get(found[1], found[2] or ""), written, depth + 1)


def ratio(first: str, second: str) -> float:
    """The WCAG 2 contrast of two hexadecimal colours, from 1 to 21; 0 when one is not a colour we can read."""
    lights = [luminance(colour) for colour in (first, second)]
    if None in lights:
        return 0.0
    dark, light = sorted(light for light in lights if light is not None)
    return round((light + 0.05) / (dark + 0.05), 2)


def luminance(colour: str) -> float | None:
    """Relative luminance of #RGB or #RRGGBB."""
    digits = colour.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        return None
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
