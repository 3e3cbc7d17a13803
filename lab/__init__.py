"""The application: runs, safety, the deploy loop, the command line and the dashboard."""
