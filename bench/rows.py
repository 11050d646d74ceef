"""What every bench prints, for those in Python: a table for people, or the JSON of rows.h."""

import json
from dataclasses import dataclass


@dataclass
class Row:
    name: str
    value: float | int | None  # counts are whole; None: the measurement is void
    unit: str
    target: float | None = None
    at_least: bool = False  # whether the target is met from below or, as most are, from above

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        if self.value is None:
            return False
        return self.value >= self.target if self.at_least else self.value <= self.target

    def rounded(self) -> float | int | None:
        return float(f"{self.value:.4g}") if isinstance(self.value, float) else self.value

    def text(self) -> str:
        value = "void" if self.value is None else f"{self.rounded():g}" if isinstance(self.value, float) else str(self.value)
        words = f"{self.name:80} {value:>9} {self.unit:12}"
        if self.target is not None:
            words += f" target {'>=' if self.at_least else '<='} {self.target:g}: {'met' if self.met else 'missed'}"
        return words


def show(rows: list[Row], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"rows": [{"name": row.name, "value": row.rounded(), "unit": row.unit, "target": row.target,
                                    "met": row.met} for row in rows]}))
        return
    for row in rows:
        print(row.text())
