"""The records of what was claimed and whether it held, as docs/report.md describes them."""

import json
from typing import Sequence


class Claims:
    """What has been claimed so far."""

    def __init__(self) -> None:
        self.records: list[dict] = []
        self.ended: list[str] = []

    def add(self, name: str, says: str, bounds: str, figures: dict, seconds: float, problems: Sequence[str] = ()) -> None:
        """A claim, which holds if there are no problems."""
        record = {"id": name, "strength": "observed", "engine": "interop", "says": says, "bounds": bounds,
                  "figures": figures, "verdict": "falls" if problems else "holds", "seconds": round(seconds, 3)}
        self.records.append({**record, "detail": "\n".join(problems)} if problems else record)

    def fall(self, why: str) -> None:
        """Something fell before it could be said what was claimed."""
        self.ended.append(why)

    def problems(self) -> list[str]:
        """What does not hold, a line each."""
        return self.ended + [line for record in self.records for line in record.get("detail", "").splitlines()]

    def write(self, path: str) -> None:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.records, file, indent=1)
