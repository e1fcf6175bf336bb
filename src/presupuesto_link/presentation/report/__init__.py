"""The report for the Consejo Regional: one description, told alike as a Word document and as a page ready to print.

`content` says what is told, `recommendations` what the data says of each recommendation, `docx` and `html` how it looks, and `write` puts both in a
folder. Every sentence is computed; none is written for one year.
"""

from __future__ import annotations
