"""The demo county: invented groups and people, the same for the same seed and day, marked as demo."""
