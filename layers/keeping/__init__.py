"""What is kept: answers for the whole process, and what visitors bring for each of them alone."""
