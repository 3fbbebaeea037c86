"""The report as one self-contained HTML page: templates, style, script and charts.

jinja2 is imported by the first page that is made, not by this package: functions that make none
start without it.
"""

from shared.adapters.report.page import Page, render_farm_page, render_report

__all__ = ["Page", "render_farm_page", "render_report"]
