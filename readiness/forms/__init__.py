"""Forms of assessments, targets and plans."""
