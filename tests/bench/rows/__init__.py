"""Groups of rows of the table: each module has ROWS, those that it knows, and measure(bench)."""
