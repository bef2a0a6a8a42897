"""How it looks and reads, for mail and pages: wording, honest dates, permalinks."""
