"""Calm tables: text to the left, figures to the right, two spaces between, and a line below the titles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box, table
from rich.cells import cell_len
from rich.console import Console

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column, all of it in words; the foot is empty where the table has no totals."""

    title: str
    cells: Sequence[str]
    foot: str
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of the same length."""

    columns: Sequence[Column]
    has_totals: bool

    def print(self, console: Console) -> None:
        """Print it; where the console is too narrow for a line, text is folded and figures are not."""
        widths = [max(map(cell_len, (column.title, column.foot, *column.cells))) for column in self.columns]
        width = sum(widths) + len(_GAP) * (len(widths) - 1)
        if width > console.width:
            console.print(self._folded())
            return
        title, *rows = self._lines(widths)
        console.print(title, style="bold")
        console.print(("-" if console.options.ascii_only else "─") * width)
        # Not by `console.print`, which is made for a screen: an account can have tens of thousands of movements.
        console.file.write("".join(f"{row}\n" for row in rows))

    def _lines(self, widths: Sequence[int]) -> Iterator[str]:
        yield self._line([column.title for column in self.columns], widths)
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            yield self._line(cells, widths)
        if self.has_totals:
            yield ""
            yield self._line([column.foot for column in self.columns], widths)

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
        return _GAP.join(
            gap + cell if column.is_figure else cell + gap
            for column, cell, gap in zip(self.columns, cells, gaps, strict=True)
        ).rstrip()

    def _folded(self) -> table.Table:
        drawn = table.Table(
            box=box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            collapse_padding=True,
            show_footer=self.has_totals,
            header_style="bold",
        )
        for column in self.columns:
            if column.is_figure:
                drawn.add_column(column.title, column.foot, justify="right", no_wrap=True)
            else:
                drawn.add_column(column.title, column.foot, overflow="fold")
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            drawn.add_row(*cells)
        return drawn
