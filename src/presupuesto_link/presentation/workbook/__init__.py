"""The workbook: cards for people and native tables."""
