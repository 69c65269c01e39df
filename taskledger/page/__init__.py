"""The page to look at: one HTML file of incidents, services and the lives of tasks; pure."""
