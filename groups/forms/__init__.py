"""Forms of people, places and community groups."""
