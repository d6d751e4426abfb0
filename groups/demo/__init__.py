"""Made-up papers and pieces of work for the demo county."""
