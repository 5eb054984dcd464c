"""What each page shows: queries on the warehouse, turned into what its template needs."""
