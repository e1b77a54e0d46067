"""What a reviewer of maps asks of an output: rules as data, and what each finds."""
