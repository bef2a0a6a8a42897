"""What we know: records, filters, and the store they are kept in. SQL lives only here."""
