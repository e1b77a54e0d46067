"""What the pages are made of: their frame, controls, charts, tables and exports."""
