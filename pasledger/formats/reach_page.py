"""Reach as a page: for each scheme a bar for each month, and all of it in a table. It needs nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape

from pasledger.reports.reach import ReachLine

_HEIGHT, _BAR, _GAP = 120, 34, 10
_COLOURS = {"with_use": "#1b5e8c", "without_use": "#b8cfe0", "untold": "#e4e4e4"}
_FIGURES = ("holders", "with_use", "without_use", "take_up", "spent", "average", "merchants")


def reach_page(lines: Sequence[ReachLine], words: Mapping[str, str], *, municipality: str, year: int) -> str:
    """Return the page; `words` has its texts. What is not told is not drawn: its bar says only how many holders."""
    schemes = sorted({line.scheme for line in lines})
    legend = " ".join(
        f'<span><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" fill="{colour}"/></svg> '
        f"{escape(words[name])}</span>"
        for name, colour in _COLOURS.items()
    )
    return _PAGE.format(
        language=words["language"],
        title=escape(words["title"]),
        municipality=escape(municipality),
        year=year,
        small=escape(words["small"]),
        legend=legend,
        pictures="\n".join(_picture([line for line in lines if line.scheme == one], words) for one in schemes),
        titles="".join(f'<th scope="col">{escape(words[name])}</th>' for name in ("scheme", "month", *_FIGURES)),
        rows="\n".join(_row(line, words) for line in lines),
    )


def _picture(lines: Sequence[ReachLine], words: Mapping[str, str]) -> str:
    months = [line for line in lines if line.month is not None]
    most = max([line.holders or 0 for line in months] + [1])
    width = max(1, len(months)) * (_BAR + _GAP)
    drawn = "".join(_bar(line, place * (_BAR + _GAP), most) for place, line in enumerate(months))
    title = f"{words['scheme']} {lines[0].scheme}"
    label = escape(f"{title}: {words['in_the_table']}")
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {width} {_HEIGHT + 18}" '
        f'width="{width}" role="img" aria-label="{label}">{drawn}</svg></figure>'
    )


def _bar(line: ReachLine, left: int, most: int) -> str:
    if line.with_use is None or line.without_use is None:
        parts = [("untold", line.holders or 0)]
    else:
        parts = [("with_use", line.with_use), ("without_use", line.without_use)]
    drawn, top = [], _HEIGHT
    for name, number in parts:
        height = number * _HEIGHT // most
        top -= height
        drawn.append(f'<rect x="{left}" y="{top}" width="{_BAR}" height="{height}" fill="{_COLOURS[name]}"/>')
    month = f"{line.month:%m}" if line.month else ""
    label = f'<text x="{left + _BAR // 2}" y="{_HEIGHT + 14}" text-anchor="middle" font-size="12">{month}</text>'
    return "".join(drawn) + label


def _row(line: ReachLine, words: Mapping[str, str]) -> str:
    percent = None if line.take_up_percent is None else f"{line.take_up_percent} %"
    has_baseline = line.baseline is not None
    figures: dict[str, object] = {
        "holders": line.holders,
        "with_use": line.with_use,
        "without_use": line.without_use,
        "take_up": percent if has_baseline else "",
        "spent": line.spent,
        "average": line.average,
        "merchants": line.merchants,
    }
    cells = "".join(
        f"<td>{escape(words['untold_cell'] if figures[name] is None else str(figures[name]))}</td>" for name in _FIGURES
    )
    month = words["all_months"] if line.month is None else f"{line.month:%Y-%m}"
    return f'<tr><th scope="row">{escape(line.scheme)}</th><td>{escape(month)}</td>{cells}</tr>'


_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.4 sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem }}
body {{ color: #111; background: #fff }}
figure {{ margin: 1rem 0; break-inside: avoid }}
svg[role] {{ max-width: 100%; height: auto }}
div {{ overflow-x: auto }}
table {{ border-collapse: collapse }}
th, td {{ text-align: right; padding: .25rem .5rem; border-bottom: 1px solid #999; white-space: nowrap }}
th[scope=row] {{ text-align: left; font-weight: normal }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{municipality}, {year}</p>
<p>{small}</p>
<p>{legend}</p>
{pictures}
<div tabindex="0" role="region" aria-label="{title}"><table>
<thead><tr>{titles}</tr></thead>
<tbody>
{rows}
</tbody>
</table></div>
</main>
</body>
</html>
"""
