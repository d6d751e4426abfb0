"""Made-up evidence for the demo county."""
