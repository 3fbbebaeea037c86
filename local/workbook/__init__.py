"""Builds infra/workbook/workbook.json of its layout and the queries in infra/kql/workbook."""
