"""The roads of a region: read from OpenStreetMap, made into graphs, asked for the shortest way."""
