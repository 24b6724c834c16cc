"""Rewrites the golden page of the method's tables. Run it on purpose, then read the difference."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.table_results import GOLDEN, drawn_results
from temptrack_train.evaluation.report import make_report, report_page
from temptrack_train.evaluation.tables import Results

if __name__ == "__main__":
    GOLDEN.write_text(report_page(make_report(Results(drawn_results()))), encoding="utf-8")
