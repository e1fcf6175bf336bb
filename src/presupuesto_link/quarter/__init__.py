"""A year in course: light, alerts, projection to its close."""
