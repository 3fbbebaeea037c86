"""`python -m local.workbook` writes infra/workbook/workbook.json anew."""

import sys

from local.workbook.build import PATH, workbook_text

if __name__ == "__main__":
    PATH.write_text(workbook_text(), encoding="utf-8")
    sys.stdout.write(f"{PATH} is written.\n")
